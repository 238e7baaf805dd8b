import COpenSSL
import Foundation

/// A certificate for this machine made at the start: EC P-256, self-signed, its own authority, for one day.
///
/// Made anew each time, so that no key of a test lies in a repository and none is trusted by accident.
struct Certificate {
  /// What a client trusts.
  let authorityPath: String
  let certificatePath: String
  let keyPath: String

  struct Failure: Error {
    let what: String
  }

  /// Writes ca.pem, cert.pem and key.pem (0600) into a folder, which is made if need be. `address`: an IPv4 address that it is made
  /// out to as well.
  init(directory: String, address: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    authorityPath = directory + "/ca.pem"
    certificatePath = directory + "/cert.pem"
    keyPath = directory + "/key.pem"
    let key = try unsafe Self.makeKey()
    defer { unsafe EVP_PKEY_free(key) }
    let certificate = try unsafe Self.makeCertificate(key, address)
    defer { unsafe X509_free(certificate) }
    let certificateText = unsafe try Self.text { unsafe PEM_write_bio_X509($0, certificate) }
    let keyText = unsafe try Self.text { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    try Self.write(certificateText, to: certificatePath, mode: 0o644)
    try Self.write(certificateText, to: authorityPath, mode: 0o644)
    try Self.write(keyText, to: keyPath, mode: 0o600)
  }

  // SAFETY: the contexts are freed on every way out; the returned key is the caller's.
  private static func makeKey() throws -> OpaquePointer {
    guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { throw Failure(what: "no EC keys") }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(context) == 1,
      unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
      unsafe EVP_PKEY_keygen(context, &key) == 1, let made = unsafe key
    else { throw Failure(what: "cannot make a P-256 key") }
    return unsafe made
  }

  // SAFETY: X509 takes copies of names and extensions; each extension is freed after it was added.
  private static func makeCertificate(_ key: OpaquePointer, _ address: String) throws -> OpaquePointer {
    guard let certificate = unsafe X509_new() else { throw Failure(what: "no memory for a certificate") }
    var isMade = false
    defer { if !isMade { unsafe X509_free(certificate) } }
    var random = SystemRandomNumberGenerator()
    unsafe X509_set_version(certificate, 2)
    unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), random.next() >> 1)
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -3_600)
    unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), 86_400)
    unsafe X509_set_pubkey(certificate, key)
    let name = unsafe X509_get_subject_name(certificate)
    let commonName = Array("exchange-sim".utf8)
    unsafe X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, commonName, Int32(commonName.count), -1, 0)
    unsafe X509_set_issuer_name(certificate, name)
    let extensions = [
      (NID_basic_constraints, "critical,CA:TRUE"),
      (NID_key_usage, "critical,digitalSignature,keyCertSign"),
      (NID_ext_key_usage, "serverAuth"),
      (NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1,IP:\(address)"),
    ]
    for (kind, value) in extensions {
      guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value) else {
        throw Failure(what: "cannot make the extension \(value)")
      }
      unsafe X509_add_ext(certificate, made, -1)
      unsafe X509_EXTENSION_free(made)
    }
    guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0 else { throw Failure(what: "cannot sign") }
    isMade = true
    return unsafe certificate
  }

  // SAFETY: the memory BIO is read into an array of the size read, then freed.
  private static func text(_ write: (OpaquePointer) -> Int32) throws -> [UInt8] {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw Failure(what: "no memory for PEM") }
    defer { unsafe BIO_free_all(bio) }
    guard unsafe write(bio) == 1 else { throw Failure(what: "cannot write PEM") }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = unsafe BIO_read(bio, &bytes, Int32(bytes.count))
    guard count > 0 else { throw Failure(what: "empty PEM") }
    return Array(bytes.prefix(Int(count)))
  }

  /// The file never exists with wider rights than it ends with.
  private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
    unsafe unlink(path)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, mode)
    guard descriptor >= 0 else { throw Failure(what: "cannot create \(path)") }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: Data(bytes))
  }
}
