//! Opens the stores with the variables that each cloud's own tools read. Nothing is sent.
//!
//! The library's `from_env` reads the process's environment; here the same names are handed over, since only the program
//! reads it, and a host decides what its sessions know.

use std::sync::Arc;
use std::time::Duration;

use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use super::Inner;
use super::address::Address;
use super::connection::{Connector, Reach};
use super::kind::{Kind, SECRETS};
use crate::causes;
use crate::files::{Bucket, StoreFault};
use crate::veil::Veil;

/// The fourth refusal is believed.
const REPETITIONS: usize = 3;
/// No request is repeated that was first sent longer ago.
const PATIENCE: Duration = Duration::from_mins(1);

type Opened = object_store::Result<Arc<dyn ObjectStore>>;

impl Inner {
    /// The store of an address.
    ///
    /// # Errors
    /// When it is not part of this build, or what the environment says of it does not fit together.
    pub(super) fn open(&self, address: &Address) -> Result<Bucket, StoreFault> {
        let opened: Option<Opened> = match address.kind {
            #[cfg(feature = "s3")]
            Kind::S3 => Some(self.s3(address, self.connector(address, "AWS_ALLOW_HTTP")?)),
            #[cfg(feature = "azure")]
            Kind::Azure => Some(self.azure(address, self.connector(address, "AZURE_ALLOW_HTTP")?)),
            #[cfg(feature = "gcs")]
            Kind::Gcs => Some(self.gcs(address, self.connector(address, "GOOGLE_ALLOW_HTTP")?)),
            #[cfg(feature = "https")]
            Kind::Https => Some(self.web(address)?),
            #[cfg(not(all(feature = "s3", feature = "azure", feature = "gcs", feature = "https")))]
            _ => None,
        };
        // What is around it names the library.
        let innermost = |error: &object_store::Error| causes::chain(error).last().map(ToString::to_string);
        let failed = |error| StoreFault::Settings { why: innermost(&error).unwrap_or_default() };
        let store = opened.ok_or_else(|| address.not_built())?.map_err(failed)?;
        #[cfg(feature = "https")]
        if address.kind == Kind::Https {
            return Ok(Bucket::without_listing(store, &address.base));
        }
        Ok(Bucket::new(store, &address.base))
    }

    /// A variable, unless it is empty.
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// What goes out as the environment allows it.
    #[cfg(any(feature = "s3", feature = "azure", feature = "gcs"))]
    fn connector(&self, address: &Address, allows_http: &str) -> Result<Connector, StoreFault> {
        let plain = self.variable(allows_http).is_some_and(|value| matches!(value, "1" | "true" | "TRUE" | "True"));
        Connector::new(&self.transport, Reach { plain, follows: false }, (&address.base, self.veil()))
    }

    /// What hides the secrets of the environment.
    fn veil(&self) -> Veil {
        Veil::over(SECRETS.iter().filter_map(|name| self.variable(name)))
    }

    /// The settings of a store among the variables.
    #[cfg(any(feature = "s3", feature = "azure", feature = "gcs"))]
    fn settings<'a, K: std::str::FromStr + 'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (K, &'a str)> {
        let own = self.variables.iter().filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty());
        own.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value.as_str())))
    }

    #[cfg(feature = "s3")]
    fn s3(&self, address: &Address, connector: Connector) -> Opened {
        use object_store::aws::AmazonS3Builder;
        let all = self.settings("AWS_");
        let builder = all.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value));
        let store =
            builder.with_bucket_name(address.host()).with_retry(retries()).with_http_connector(connector).build()?;
        Ok(Arc::new(store))
    }

    #[cfg(feature = "azure")]
    fn azure(&self, address: &Address, connector: Connector) -> Opened {
        use object_store::azure::MicrosoftAzureBuilder;
        let all = self.settings("AZURE_");
        let builder = all.fold(MicrosoftAzureBuilder::new(), |builder, (key, value)| builder.with_config(key, value));
        let builder = match self.variable("IDENTITY_ENDPOINT") {
            Some(endpoint) => builder.with_msi_endpoint(endpoint),
            None => builder,
        };
        let store = builder.with_url(&address.base).with_retry(retries()).with_http_connector(connector).build()?;
        Ok(Arc::new(store))
    }

    #[cfg(feature = "gcs")]
    fn gcs(&self, address: &Address, connector: Connector) -> Opened {
        use object_store::gcp::GoogleCloudStorageBuilder;
        let all = self.settings("GOOGLE_");
        let builder = GoogleCloudStorageBuilder::new();
        let builder = match self.variable("SERVICE_ACCOUNT") {
            Some(path) => builder.with_service_account_path(path),
            None => builder,
        };
        let store = all
            .fold(builder, |builder, (key, value)| builder.with_config(key, value))
            .with_bucket_name(address.host())
            .with_retry(retries())
            .with_http_connector(connector)
            .build()?;
        Ok(Arc::new(store))
    }

    /// A web server, which is given no credentials.
    #[cfg(feature = "https")]
    fn web(&self, address: &Address) -> Result<Opened, StoreFault> {
        use object_store::http::HttpBuilder;
        let named = (address.base.as_str(), self.veil());
        let connector = Connector::new(&self.transport, Reach { plain: false, follows: true }, named)?;
        let connector = connector.with_query(address.query.clone());
        let built =
            HttpBuilder::new().with_url(&address.base).with_retry(retries()).with_http_connector(connector).build();
        Ok(built.map(|store| Arc::new(store) as _))
    }
}

fn retries() -> RetryConfig {
    let backoff =
        BackoffConfig { init_backoff: Duration::from_millis(200), max_backoff: Duration::from_secs(5), base: 2.0 };
    RetryConfig { backoff, max_retries: REPETITIONS, retry_timeout: PATIENCE }
}
