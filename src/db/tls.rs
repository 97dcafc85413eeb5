//! Encryption of the shared lines to PostgreSQL, by the same settings by which `sqlx` encrypts its connections: `sslmode`,
//! `sslrootcert`, `sslcert` and `sslkey` of the address, or PostgreSQL's variables for them.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use super::connect::ConnectError;

/// Makes encrypted connections, if they are to be.
#[derive(Clone)]
pub(super) struct Tls(SslMode, MakeRustlsConnect);

/// A setting of the address, or of PostgreSQL's variable for it.
pub(super) fn setting(url: &str, name: &str, variable: &str) -> Option<String> {
    let url = Url::parse(url).ok();
    let named = url
        .and_then(|url| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()));
    named.or_else(|| std::env::var(variable).ok())
}

impl Tls {
    /// What `sqlx` made of the settings of `url`, for connections of another library.
    pub(super) fn of(url: &str, options: &PgConnectOptions) -> Result<Self, ConnectError> {
        let (mode, verified) = match options.get_ssl_mode() {
            // "allow" is what `sqlx` does not try to encrypt either.
            PgSslMode::Disable | PgSslMode::Allow => (SslMode::Disable, false),
            PgSslMode::Prefer => (SslMode::Prefer, false),
            PgSslMode::Require => (SslMode::Require, false),
            PgSslMode::VerifyFull => (SslMode::Require, true),
            PgSslMode::VerifyCa => return Err(ConnectError::VerifyCa),
        };
        let file = |name, variable| setting(url, name, variable);
        let config = config(
            verified,
            file("sslrootcert", "PGSSLROOTCERT"),
            file("sslcert", "PGSSLCERT"),
            file("sslkey", "PGSSLKEY"),
        );
        let config = config.map_err(|error| ConnectError::Tls(error.to_string()))?;
        Ok(Tls(mode, MakeRustlsConnect::new(config)))
    }

    /// For the library that connects.
    pub(super) fn mode(&self) -> SslMode {
        self.0
    }

    /// The way to encrypt.
    pub(super) fn connector(&self) -> MakeRustlsConnect {
        self.1.clone()
    }
}

fn config(
    verified: bool,
    root: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
) -> Result<ClientConfig, Box<dyn std::error::Error>> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if verified {
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(file) = root {
            for one in CertificateDer::pem_file_iter(file)? {
                roots.add(one?)?;
            }
        }
        builder.with_root_certificates(roots)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider)))
    };
    Ok(match (certificate, key) {
        (Some(certificate), Some(key)) => {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate)?.collect();
            builder.with_client_auth_cert(chain?, PrivateKeyDer::from_pem_file(key)?)?
        }
        _ => builder.with_no_client_auth(),
    })
}

/// "prefer" and "require" keep listeners out and take any certificate, as PostgreSQL defines them.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;
    use crate::db::{Lines, sql};

    /// Whether a line is encrypted; why there is none.
    async fn encrypted(url: &str) -> Result<bool, ConnectError> {
        let lines = Lines::open(url, &PgConnectOptions::from_str(url)?, 1).await?;
        let asked = sql("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
        Ok(lines.rows(&asked).await?[0].get(0))
    }

    /// `scripts/test` starts the server with a certificate for "localhost" that it vouches for itself.
    #[tokio::test]
    async fn a_line_is_encrypted_as_the_address_asks_and_knows_its_server() {
        let Ok(server) = std::env::var("INFIRMARY_TEST_POSTGRES") else {
            assert!(std::env::var("INFIRMARY_TEST_ALL").is_err(), "everything is to be tested");
            return;
        };
        let root = std::env::var("INFIRMARY_TEST_POSTGRES_CERT").unwrap();
        let named = format!("{}/postgres", server.replace("127.0.0.1", "localhost"));
        let numbered = format!("{server}/postgres");
        assert!(!encrypted(&format!("{numbered}?sslmode=disable")).await.unwrap());
        assert!(encrypted(&format!("{numbered}?sslmode=prefer")).await.unwrap());
        assert!(encrypted(&format!("{numbered}?sslmode=require")).await.unwrap());
        assert!(encrypted(&format!("{named}?sslmode=verify-full&sslrootcert={root}")).await.unwrap());
        for refused in [
            format!("{named}?sslmode=verify-full"),
            format!("{numbered}?sslmode=verify-full&sslrootcert={root}"),
            format!("{named}?sslmode=verify-ca&sslrootcert={root}"),
            format!("{named}?sslmode=verify-full&sslrootcert=/nowhere"),
        ] {
            assert!(encrypted(&refused).await.is_err(), "{refused}");
        }
    }
}
