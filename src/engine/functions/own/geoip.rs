//! Functions that look an address up in the user's databases of places and networks.
//!
//! Which databases, the setting `geoip` says. Without one they are refused before anything is asked of a service: an answer of
//! NULLs would look like addresses that nobody knows.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::{exec_err, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::address::endpoint;
use crate::engine::error::Error;
use crate::engine::runtime::options::{self, Options};
use crate::geoip::{Database, Databases, Question};

/// Names, what is asked, and what people read of it.
const ALL: &[(&str, Question, &str)] = &[
    (
        "geoip_country",
        Question::Country,
        "The code of the country that an address is in (`NL`), by the databases that the setting `geoip` names.",
    ),
    (
        "geoip_city",
        Question::City,
        "The English name of the city that an address is in, by the databases that the setting `geoip` names.",
    ),
    (
        "geoip_asn",
        Question::System,
        "The number of the autonomous system that an address belongs to, by the databases that the setting `geoip` names.",
    ),
    (
        "geoip_org",
        Question::Organization,
        "Who runs the autonomous system that an address belongs to, by the databases that the setting `geoip` names.",
    ),
];

/// NULL, and when it is not.
const NULLS: &str = " NULL, if it is no address, or one that they do not know. Without a database it is an error.";

/// A function of an address.
#[derive(Debug)]
struct Geo {
    name: &'static str,
    question: Question,
    databases: Arc<Databases>,
    signature: Signature,
    documentation: Documentation,
}

/// The functions of a session, which share what they have open.
pub(super) fn functions() -> impl Iterator<Item = ScalarUDF> {
    let databases = Arc::<Databases>::default();
    ALL.iter().map(move |(name, question, doc)| {
        let documentation =
            Documentation::builder(DOC_SECTION_OTHER, format!("{doc}{NULLS}"), format!("{name}(address)"))
                .with_argument("address", "An address as a log has it, with or without a port.")
                .with_sql_example(format!("SELECT {name}(ip_address), count(*) FROM sign_ins GROUP BY 1"))
                .build();
        ScalarUDF::from(Geo {
            name,
            question: *question,
            databases: Arc::clone(&databases),
            // What is known of an address depends on a setting.
            signature: Signature::user_defined(Volatility::Stable),
            documentation,
        })
    })
}

impl Geo {
    fn databases(&self, config: &ConfigOptions) -> Result<Vec<Arc<Database>>> {
        let paths = options::of(config).geoip;
        self.databases.about(self.question, &paths).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: crate::geoip::Error) -> DataFusionError {
        Error::Places { function: self.name, source }.into()
    }

    /// The answers for a column of addresses.
    fn answered(&self, given: &[ArrayRef], databases: &[Arc<Database>]) -> Result<ArrayRef> {
        let [given] = given else { return exec_err!("{} takes 1 argument", self.name) };
        let Some(texts) = given.as_string_view_opt() else {
            return exec_err!("{} was given a {}", self.name, given.data_type());
        };
        let addresses = texts.iter().map(|text| text.and_then(endpoint).map(|(address, _)| address));
        Ok(if self.question == Question::System {
            let of = |address| Self::first(databases, |database| database.system(address));
            let numbers = addresses.map(|address| Ok(address.map(of).transpose()?.flatten().map(i64::from)));
            Arc::new(numbers.collect::<Result<Int64Array, _>>().map_err(|error| self.failed(error))?)
        } else {
            let mut made = StringViewBuilder::with_capacity(texts.len());
            for address in addresses {
                let of = |address| Self::first(databases, |database| database.name(self.question, address));
                made.append_option(address.map(of).transpose().map_err(|error| self.failed(error))?.flatten());
            }
            Arc::new(made.finish())
        })
    }

    /// The first answer of several databases.
    fn first<'a, T>(
        databases: &'a [Arc<Database>],
        of: impl Fn(&'a Database) -> Result<Option<T>, crate::geoip::Error>,
    ) -> Result<Option<T>, crate::geoip::Error> {
        databases.iter().find_map(|database| of(database).transpose()).transpose()
    }
}

impl PartialEq for Geo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Geo {}

impl Hash for Geo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Geo {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [given] if given.is_string() || given.is_null() => Ok(vec![DataType::Utf8View]),
            [given] => plan_err!("{}(address): address cannot be of type {given}", self.name),
            given => plan_err!("{}(address) takes 1 argument, not {}", self.name, given.len()),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.question == Question::System { DataType::Int64 } else { DataType::Utf8View })
    }

    /// Nothing is made simpler. It is the one place before a statement runs in which a function sees the settings.
    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let config = info.config_options();
        if config.extensions.get::<Options>().is_some() {
            self.databases(config)?;
        }
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let databases = self.databases(&args.config_options)?;
        make_scalar_function(|given| self.answered(given, &databases), Vec::new())(&args.args)
    }
}
