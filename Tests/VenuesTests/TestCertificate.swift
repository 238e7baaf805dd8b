import COpenSSL
import Foundation

@testable import Venues

/// A self-signed certificate with a key of its own, made for one test run.
final class TestCertificate: @unchecked Sendable {
  let certificate: OpaquePointer
  let key: OpaquePointer
  /// The certificate as a PEM file: what a client trusts with `--ca`.
  let file: String

  /// `names` as OpenSSL spells alternative names: `DNS:localhost,IP:127.0.0.1`.
  init(names: String = "DNS:localhost,IP:127.0.0.1") {
    guard TLSLibrary.isReady, let key = generateKey(), let certificate = X509_new() else {
      fatalError("no test certificate")
    }
    self.key = key
    self.certificate = certificate
    X509_set_version(certificate, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...1_000_000_000))
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3_600)
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86_400)
    let subject = X509_get_subject_name(certificate)
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, "Test venue", -1, -1, 0)
    X509_set_issuer_name(certificate, subject)
    X509_set_pubkey(certificate, key)
    for (id, value) in [(NID_subject_alt_name, names), (NID_basic_constraints, "critical,CA:TRUE")] {
      let addition = X509V3_EXT_conf_nid(nil, nil, id, value)
      X509_add_ext(certificate, addition, -1)
      X509_EXTENSION_free(addition)
    }
    precondition(X509_sign(certificate, key, EVP_sha256()) > 0)
    file = NSTemporaryDirectory() + "/apus-test-\(UUID().uuidString).pem"
    let bio = BIO_new_file(file, "w")
    precondition(PEM_write_bio_X509(bio, certificate) == 1)
    BIO_free(bio)
  }

  deinit {
    unlink(file)
    X509_free(certificate)
    EVP_PKEY_free(key)
  }
}

/// EVP_PKEY_Q_keygen is variadic and doesn't import.
private func generateKey() -> OpaquePointer? {
  let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
  defer { EVP_PKEY_CTX_free(context) }
  var key: OpaquePointer?
  guard EVP_PKEY_keygen_init(context) == 1,
    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
    EVP_PKEY_keygen(context, &key) == 1
  else { return nil }
  return key
}
