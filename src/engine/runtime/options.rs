//! The settings as SQL sees them: `SET auditql.max_requests = 10`, `SHOW auditql.max_requests`.

use std::any::Any;

use datafusion::common::config::{ConfigEntry, ConfigExtension, ConfigOptions, ExtensionOptions};
use datafusion::error::{DataFusionError, Result};

use crate::settings::{ALL, Settings};

/// The session's settings, as an extension of DataFusion's configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options(pub(crate) Settings);

/// The settings of a configuration; defaults where it has none.
pub(crate) fn of(config: &ConfigOptions) -> Settings {
    config.extensions.get::<Options>().map_or_else(Settings::default, |options| options.0.clone())
}

impl ConfigExtension for Options {
    const PREFIX: &'static str = "auditql";
}

impl ExtensionOptions for Options {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        self.0.set(key, value).map_err(|e| DataFusionError::External(Box::new(e)))
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        ALL.iter()
            .map(|s| ConfigEntry {
                key: format!("{}.{}", Self::PREFIX, s.name),
                value: Some(s.get(&self.0)),
                description: s.doc,
            })
            .collect()
    }
}
