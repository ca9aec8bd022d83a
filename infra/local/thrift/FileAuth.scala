package lakehouse

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.security.{MessageDigest, SecureRandom}
import java.util.HexFormat
import java.util.concurrent.ConcurrentHashMap
import javax.crypto.{Mac, SecretKeyFactory}
import javax.crypto.spec.{PBEKeySpec, SecretKeySpec}
import javax.security.sasl.AuthenticationException

import org.apache.hive.service.auth.PasswdAuthenticationProvider

import scala.jdk.CollectionConverters._

/** Checks a login at the Thrift Server against a file of `user:rounds:salt:hash` lines (PBKDF2 with SHA-256, hex).
  *
  * The file is read at every login, so that a changed password holds at once. dbt logs in for every model, and the many
  * rounds would be a tenth of its time: what was right once is known again by a hash of one round, under a key that never
  * leaves this process.
  */
class FileAuth extends PasswdAuthenticationProvider {

  override def Authenticate(user: String, password: String): Unit = {
    val users = Files.readAllLines(Path.of(System.getProperty("lakehouse.users"))).asScala.map(_.split(':'))
    val known = Option(password).filter(_.nonEmpty).flatMap(said =>
      users.collectFirst {
        case Array(name, rounds, salt, hash) if name == user => FileAuth.knows(s"$name:$hash", said) {
          MessageDigest.isEqual(derive(said, salt, rounds.toInt), HexFormat.of.parseHex(hash))
        }
      })
    if (!known.contains(true)) throw new AuthenticationException(s"wrong user or password: $user")
  }

  private def derive(password: String, salt: String, rounds: Int): Array[Byte] = {
    val spec = new PBEKeySpec(password.toCharArray, salt.getBytes(UTF_8), rounds, 256)
    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded
  }
}

object FileAuth {
  private val key = { val bytes = new Array[Byte](32); new SecureRandom().nextBytes(bytes); bytes }
  private val right = new ConcurrentHashMap[String, Array[Byte]]()

  /** Whether this password was right for this login before, or is found to be now. */
  def knows(login: String, password: String)(check: => Boolean): Boolean = {
    val mac = Mac.getInstance("HmacSHA256")
    mac.init(new SecretKeySpec(key, "HmacSHA256"))
    val marked = mac.doFinal(password.getBytes(UTF_8))
    MessageDigest.isEqual(right.get(login), marked) || {
      val found = check
      if (found) right.put(login, marked)
      found
    }
  }
}
