// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/certificates.hpp"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace crmsync::connectors::http {
namespace {

void require(bool done, char const* what) {
  if (!done) throw std::runtime_error(std::string("certificate: ") + what);
}

void extend(X509* certificate, X509* issuer, int nid, std::string const& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

long next_serial() {
  static long serial = 1;
  return serial++;
}

}  // namespace

Identity make_identity(CertificateOptions const& options, Identity const* issuer) {
  Identity out;
  out.key.reset(options.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits))
                                     : EVP_EC_gen("P-256"));
  require(out.key != nullptr, "key");
  out.certificate.reset(X509_new());
  X509* const certificate = out.certificate.get();
  X509* const signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), next_serial());
  X509_gmtime_adj(X509_getm_notBefore(certificate), options.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate), options.valid_until_s);
  X509_set_pubkey(certificate, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<unsigned char const*>(options.common_name.c_str()),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  extend(certificate, signer, NID_basic_constraints,
         options.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate, signer, NID_subject_alt_name, options.names);
  if (!options.authority) extend(certificate, signer, NID_ext_key_usage, options.usage);
  EVP_PKEY* const signing = issuer != nullptr ? issuer->key.get() : out.key.get();
  require(X509_sign(certificate, signing, EVP_sha256()) > 0, "signature");
  return out;
}

void write_certificate(Identity const& identity, std::string const& path) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  require(file != nullptr, path.c_str());
  bool const written = PEM_write_X509(file, identity.certificate.get()) == 1;
  std::fclose(file);
  require(written, path.c_str());
}

}  // namespace crmsync::connectors::http
