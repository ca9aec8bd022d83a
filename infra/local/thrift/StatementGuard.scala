package lakehouse

import org.apache.spark.sql.{SparkSession, SparkSessionExtensions}
import org.apache.spark.sql.catalyst.{CurrentUserContext, FunctionIdentifier, TableIdentifier}
import org.apache.spark.sql.catalyst.analysis._
import org.apache.spark.sql.catalyst.expressions.Expression
import org.apache.spark.sql.catalyst.parser.{ParameterContext, ParserInterface}
import org.apache.spark.sql.catalyst.plans.logical._
import org.apache.spark.sql.catalyst.trees.TreeNode
import org.apache.spark.sql.execution.command._
import org.apache.spark.sql.types.{DataType, StructType}

/** What a login at the Thrift Server may say: after Delta's in `spark.sql.extensions`, so that it reads a statement first. */
class StatementGuard extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit =
    extensions.injectParser((session, inner) => new GuardedParser(session, inner))
}

/** A parser that refuses what the login may not say.
  *
  * The modeler writes, but reads no files and runs no code of its own; everybody else asks for what lies in the schemas.
  * A statement is judged as it was parsed, before anything is looked up: files would be read already to know their columns.
  */
class GuardedParser(session: => SparkSession, inner: ParserInterface) extends ParserInterface {
  import GuardedParser._

  override def parsePlan(text: String): LogicalPlan = judged(inner.parsePlan(text))
  override def parsePlanWithParameters(text: String, parameters: ParameterContext): LogicalPlan =
    judged(inner.parsePlanWithParameters(text, parameters))
  override def parseQuery(text: String): LogicalPlan = judged(inner.parseQuery(text))

  override def parseExpression(text: String): Expression = inner.parseExpression(text)
  override def parseTableIdentifier(text: String): TableIdentifier = inner.parseTableIdentifier(text)
  override def parseFunctionIdentifier(text: String): FunctionIdentifier = inner.parseFunctionIdentifier(text)
  override def parseMultipartIdentifier(text: String): Seq[String] = inner.parseMultipartIdentifier(text)
  override def parseRoutineParam(text: String): StructType = inner.parseRoutineParam(text)
  override def parseTableSchema(text: String): StructType = inner.parseTableSchema(text)
  override def parseDataType(text: String): DataType = inner.parseDataType(text)

  private def judged(plan: => LogicalPlan): LogicalPlan = {
    // A client may bring settings along with its login.
    Fixed.foreach { case (name, value) => session.conf.set(name, value) }
    val parsed = plan
    val login = Option(CurrentUserContext.CURRENT_USER.get).getOrElse("")
    for (node <- nodes(parsed); reason <- refused(node) orElse (if (login == Writer) None else asks(node)))
      throw new SecurityException(s"$login $reason")
    parsed
  }

  /** Why nobody may say this, if so. */
  private def refused(node: TreeNode[_]): Option[String] = node match {
    case call: UnresolvedFunction if Code(call.nameParts.last.toLowerCase) => Some("may not run code by " + call.nameParts.last)
    case _: ExpressionWithUnresolvedIdentifier | _: PlanWithUnresolvedIdentifier | _: UnresolvedExecuteImmediate |
        _: CompoundBody => Some("may not put statements together from texts")
    case table: UnresolvedTableSpec if !inSchema(table) => Some("may make tables in their schema's folder only, of Delta or Parquet")
    case call: UnresolvedFunction if Options(call.nameParts.last.toLowerCase) =>
      Some(s"may not call ${call.nameParts.last}, whose options read files")
    case schema: CreateNamespace if !schema.properties.filter(_._1.toLowerCase.contains("location")).values.forall(inLake) =>
      Some("may make schemas in the lake only")
    case table: UnresolvedRelation if isPath(table.multipartIdentifier) => Some("may not name a table by its path")
    case table: UnresolvedTable if isPath(table.multipartIdentifier) => Some("may not name a table by its path")
    case table: UnresolvedTableOrView if isPath(table.multipartIdentifier) => Some("may not name a table by its path")
    case table: UnresolvedIdentifier if isPath(table.nameParts) => Some("may not name a table by its path")
    case _ if node.getClass.getSimpleName.contains("PathBased") => Some("may not name a table by its path")
    case _ if Outside(node.getClass.getSimpleName) => Some(s"may not reach outside of the lake by ${said(node)}")
    case _ => None
  }

  /** Whether a new table lies where its schema does: one of another kind, or at another place, could be any file. */
  private def inSchema(table: UnresolvedTableSpec): Boolean =
    table.provider.exists(kind => Kinds(kind.toLowerCase)) && table.location.isEmpty &&
      !table.optionExpression.options.exists(_._1.equalsIgnoreCase("path"))

  /** Whether a schema's folder is one of the lake's; to drop a schema deletes its folder, whatever that is. */
  private def inLake(location: String): Boolean = location.startsWith("/lake/warehouse/") && !location.contains("..")

  /** Whether the last part of a name is a path. */
  private def isPath(parts: Seq[String]): Boolean = parts.last.contains('/')

  /** Why somebody who only asks may not say this, if so. */
  private def asks(node: TreeNode[_]): Option[String] = node match {
    case SetCommand(Some(("-v", None))) => None
    case table: UnresolvedRelation => named(table.multipartIdentifier)
    case table: UnresolvedTable => named(table.multipartIdentifier)
    case table: UnresolvedTableOrView => named(table.multipartIdentifier)
    case call: UnresolvedTableValuedFunction =>
      Option.when(!Rows(call.name.last.toLowerCase))(s"may not call ${call.name.last} for a table")
    case plan: LogicalPlan if !Asking(plan.getClass.getSimpleName) =>
      Some(s"may only ask: select, show, describe, explain; not ${said(plan)}")
    case _ => None
  }

  /** Why a name is none of a table in a schema, if so: before a dot there may also stand a format of files. */
  private def named(parts: Seq[String]): Option[String] = {
    val schema = parts.dropRight(1).lastOption
    Option.when(schema.exists(!session.sessionState.catalog.databaseExists(_)))(
      s"may only ask for what lies in a schema; there is no schema ${schema.mkString}")
  }
}

private object GuardedParser {
  val Writer = "modeler"

  /** Settings that no client changes: names are tables, never files; `${env:X}` is text. */
  private val Fixed = Seq("spark.sql.runSQLOnFiles" -> "false", "spark.sql.variable.substitute" -> "false")

  private val Kinds = Set("delta", "parquet")

  /** Functions that call any static method of Java. */
  private val Code = Set("reflect", "java_method", "try_reflect")

  /** Functions with an option that names a file: the schema that an XML text has to follow. */
  private val Options = Set("from_xml", "schema_of_xml")

  /** Functions that make rows of their arguments, or of a table's changes. */
  private val Rows = Set(
    "range", "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack",
    "json_tuple", "variant_explode", "variant_explode_outer", "table_changes")

  /** Plans, as they are parsed, that read, write or delete what may lie outside of the lake, or load or run code. */
  private val Outside = Set(
    "ScriptTransformation", "LoadData", "InsertIntoDir", "CreateTempViewUsing", "CreateFunctionCommand",
    "CreateFunction", "AddJarsCommand", "AddFilesCommand", "AddArchivesCommand", "ConvertToDeltaCommand",
    "ConvertToDeltaStatement", "RefreshResource", "SetTableLocation", "SetNamespaceLocation", "SetNamespaceLocationCommand",
    "AlterTableSetLocationCommand", "AddPartitions", "DropNamespace", "DropDatabaseCommand", "CloneTableStatement",
    "CreatePipelineDatasetAsSelect", "CreateStreamingTable", "CreateStreamingTableAsSelect", "CreateFlowCommand")

  /** Plans, as they are parsed, that only ask. */
  private val Asking = Set(
    "Project", "Filter", "Aggregate", "Join", "LateralJoin", "AsOfJoin", "NearestByJoin", "Sort", "GlobalLimit",
    "LocalLimit", "LimitAll", "Offset", "Distinct", "Union", "UnionLoop", "Except", "Intersect", "Sample", "Pivot",
    "Unpivot", "Generate", "Window", "WithWindowDefinition", "SubqueryAlias", "LocalRelation", "OneRowRelation",
    "PipeOperator", "RelationTimeTravel", "Repartition", "RepartitionByExpression", "RebalancePartitions",
    "UnresolvedWith", "UnresolvedHaving", "UnresolvedQualify", "UnresolvedHint", "UnresolvedInlineTable",
    "UnresolvedSubqueryColumnAliases", "UnresolvedTVFAliases", "UnresolvedNamespace", "CurrentNamespace$",
    "UnresolvedFunctionName", "SetCatalogAndNamespace", "SetCatalogCommand", "SetNamespaceCommand",
    "ShowTables", "ShowTablesExtended", "ShowViews", "ShowNamespacesCommand", "ShowColumns", "ShowTableProperties",
    "ShowCreateTable", "ShowPartitions", "ShowFunctions", "ShowCatalogsCommand", "ShowCurrentNamespaceCommand",
    "DescribeRelation", "DescribeColumn", "DescribeNamespace", "DescribeFunction", "DescribeQueryCommand",
    "ExplainCommand", "DescribeDeltaHistory", "DescribeDeltaDetailCommand")

  /** All nodes of a plan: its children, the plans that its commands hold, its expressions and their subqueries. */
  private def nodes(value: Any): Iterator[TreeNode[_]] = value match {
    case node: TreeNode[_] => Iterator(node) ++ node.productIterator.flatMap(nodes)
    case many: Iterable[_] => many.iterator.flatMap(nodes)
    case some: Product => some.productIterator.flatMap(nodes)
    case _ => Iterator.empty
  }

  /** A plan's class in words: `CreateTableAsSelect` is "create table as select". */
  private def said(node: TreeNode[_]): String =
    node.getClass.getSimpleName.stripSuffix("Command").replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase
}
