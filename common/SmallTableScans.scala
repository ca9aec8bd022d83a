package lakehouse

import java.io.FileNotFoundException
import java.util.{Collections, WeakHashMap}

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.InternalRow
import org.apache.spark.sql.catalyst.expressions.{And, AttributeReference, BasePredicate, BoundReference, Expression}
import org.apache.spark.sql.catalyst.expressions.{ExpressionSet, Predicate, SubqueryExpression}
import org.apache.spark.sql.delta.Snapshot
import org.apache.spark.sql.delta.actions.{Action, AddFile, InMemoryLogReplay}
import org.apache.spark.sql.delta.files.TahoeLogFileIndex
import org.apache.spark.sql.delta.stats.{DataSize, DeltaDataSkippingType, DeltaScan, DeltaScanGenerator}
import org.apache.spark.sql.delta.stats.{PrepareDeltaScan, PreparedDeltaFileIndex}
import org.apache.spark.sql.execution.datasources.LogicalRelation

/** Finds the files of a small Delta table in the driver.
  *
  * Delta asks Spark which files a scan reads: a query of the table's log for each scan, and one more where the table may
  * have deletion vectors. That is right for a million files, and half the work of a build of marts of one file each. Here
  * the log of a small table is read once for each of its versions; which version is read, and what a transaction has to
  * know of it, stays Delta's business. A large table is left to Delta altogether.
  */
class SmallTableScans(session: SparkSession) extends PrepareDeltaScan(session) {
  override protected def filesForScan(
      generator: DeltaScanGenerator,
      limit: Option[Int],
      filters: Seq[Expression],
      relation: LogicalRelation
  ): DeltaScan = generator match {
    case snapshot: Snapshot =>
      SmallTable
        .files(snapshot)
        .map(SmallTable.scan(snapshot, _, filters))
        .getOrElse(super.filesForScan(snapshot, limit, filters, relation))
    // The table that a transaction writes: it keeps account of what it has read.
    case _ => super.filesForScan(generator, limit, filters, relation)
  }

  override protected def getPreparedIndex(scan: DeltaScan, index: TahoeLogFileIndex): PreparedDeltaFileIndex =
    if (SmallTable.files(scan.scannedSnapshot).exists(_ eq scan.files)) new SmallTableFiles(session, index, scan)
    else super.getPreparedIndex(scan, index)
}

/** The files of the partitions that are asked for, whatever the other filters: those skip within a file. */
class SmallTableFiles(session: SparkSession, index: TahoeLogFileIndex, scan: DeltaScan)
    extends PreparedDeltaFileIndex(session, index.deltaLog, index.path, index.catalogTableOpt, scan, index.versionToUse) {
  override def matchingFiles(partitionFilters: Seq[Expression], dataFilters: Seq[Expression]): Seq[AddFile] =
    partitionFilters.reduceOption(And).map(bound).fold(scan.files) { wanted =>
      scan.files.filter(file => wanted.eval(values(file)))
    }

  private def bound(filter: Expression): BasePredicate = Predicate.createInterpreted(filter.transform {
    case column: AttributeReference =>
      BoundReference(partitionSchema.indexWhere(_.name.equalsIgnoreCase(column.name)), column.dataType, nullable = true)
  })

  private def values(file: AddFile): InternalRow = getPartitionValuesRow(file.partitionValues)
}

object SmallTable {
  // Beyond these, what Delta's statistics skip is worth the query that finds it.
  val MostFiles = 16
  val MostBytes: Long = 32L << 20
  // A longer log is read by Spark, once for each version.
  val MostLogBytes: Long = 1L << 20

  private val known = Collections.synchronizedMap(new WeakHashMap[Snapshot, Option[Seq[AddFile]]])

  /** The files of a table's version without their statistics; none where the table is not small. */
  def files(snapshot: Snapshot): Option[Seq[AddFile]] = {
    val before = known.get(snapshot)
    if (before != null) before
    else {
      val found = list(snapshot).filter(isSmall)
      known.put(snapshot, found)
      found
    }
  }

  def scan(snapshot: Snapshot, files: Seq[AddFile], filters: Seq[Expression]): DeltaScan = {
    val size = DataSize(Some(files.map(_.size).sum), None, Some(files.size.toLong))
    val (used, unused) = filters.partition(filter => filter.deterministic && !SubqueryExpression.hasSubquery(filter))
    DeltaScan(snapshot.version, files, size, size, size)(
      scannedSnapshot = snapshot,
      partitionFilters = ExpressionSet(Nil),
      dataFilters = ExpressionSet(used),
      partitionLikeDataFilters = ExpressionSet(Nil),
      rewrittenPartitionLikeDataFilters = Set.empty,
      unusedFilters = ExpressionSet(unused),
      scanDurationMs = 0,
      dataSkippingType = DeltaDataSkippingType.noSkippingV1
    )
  }

  private def isSmall(files: Seq[AddFile]): Boolean = files.size <= MostFiles && files.map(_.size).sum <= MostBytes

  private def list(snapshot: Snapshot): Option[Seq[AddFile]] = {
    val commits = snapshot.logSegment.deltas
    if (snapshot.logSegment.checkpointProvider.isEmpty && commits.map(_.getLen).sum <= MostLogBytes) replay(snapshot)
    else if (snapshot.checksumOpt.exists(sum => sum.numFiles <= MostFiles && sum.tableSizeBytes <= MostBytes))
      Some(snapshot.allFiles.collect().toSeq.map(_.copy(stats = null)))
    else None
  }

  private def replay(snapshot: Snapshot): Option[Seq[AddFile]] = {
    val (log, conf) = (new InMemoryLogReplay(None, None), snapshot.deltaLog.newDeltaHadoopConf())
    try {
      snapshot.logSegment.deltas.zipWithIndex.foreach { case (commit, version) =>
        log.append(version, snapshot.deltaLog.store.read(commit, conf).iterator.map(Action.fromJson))
      }
      Some(log.checkpoint.collect { case file: AddFile => file.copy(stats = null) }.toSeq)
    } catch {
      // A clean-up of the log took a commit away meanwhile; Delta may still know what was in it.
      case _: FileNotFoundException => None
    }
  }
}
