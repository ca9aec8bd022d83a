package lakehouse

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.security.MessageDigest
import java.util.HexFormat
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.PBEKeySpec
import javax.security.sasl.AuthenticationException

import org.apache.hive.service.auth.PasswdAuthenticationProvider

import scala.jdk.CollectionConverters._

/** Checks a login at the Thrift Server against a file of `user:rounds:salt:hash` lines (PBKDF2 with SHA-256, hex).
  *
  * The file is read at every login, so that a changed password holds at once.
  */
class FileAuth extends PasswdAuthenticationProvider {

  override def Authenticate(user: String, password: String): Unit = {
    val users = Files.readAllLines(Path.of(System.getProperty("lakehouse.users"))).asScala.map(_.split(':'))
    val known = users.collectFirst {
      case Array(name, rounds, salt, hash) if name == user =>
        MessageDigest.isEqual(derive(password, salt, rounds.toInt), HexFormat.of.parseHex(hash))
    }
    if (!known.contains(true)) throw new AuthenticationException(s"wrong user or password: $user")
  }

  private def derive(password: String, salt: String, rounds: Int): Array[Byte] =
    if (password == null || password.isEmpty) Array.emptyByteArray
    else {
      val spec = new PBEKeySpec(password.toCharArray, salt.getBytes(UTF_8), rounds, 256)
      SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded
    }
}
