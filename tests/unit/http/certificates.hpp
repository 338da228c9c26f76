// Certificates made at test time, good and bad in every way a careless or hostile server has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace crmsync::connectors::http {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

// A key and the certificate for it.
struct Identity {
  KeyPtr key{nullptr, EVP_PKEY_free};
  CertificatePtr certificate{nullptr, X509_free};
};

struct CertificateOptions {
  std::string common_name = "localhost";
  std::string names = "DNS:localhost";  // subjectAltName; empty: none
  std::string usage = "serverAuth";     // extendedKeyUsage; empty: none
  bool authority = false;
  long valid_from_s = -3'600;  // relative to now
  long valid_until_s = 3'600;
  int rsa_bits = 0;  // 0: P-256
};

// Signed by `issuer`, or by itself when null.
Identity make_identity(CertificateOptions const& options, Identity const* issuer);
void write_certificate(Identity const& identity, std::string const& path);

}  // namespace crmsync::connectors::http
