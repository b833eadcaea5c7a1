//! `to_timestamp` and its kin over a column of texts.
//!
//! DataFusion (55.2) promises times in the zone of the session. Of a column of texts its functions give the right instants and
//! leave the zone out, and a statement ends with that (`datetime::common::handle` and `handle_multiple`, which a test here watches).
//! A constant, which is all that its own tests ask, has its zone.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{AsArray, make_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Float64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

use crate::engine::error::Error;

/// The functions that it is about.
const NAMES: [&str; 5] =
    ["to_timestamp", "to_timestamp_seconds", "to_timestamp_millis", "to_timestamp_micros", "to_timestamp_nanos"];

/// Gives the functions of a session what they promise.
pub(crate) fn keep_zones(state: &mut SessionState) -> Result<()> {
    for name in NAMES {
        let Some(inner) = state.scalar_functions().get(name).map(Arc::clone) else { continue };
        state.register_udf(Arc::new(ScalarUDF::from(Instants(inner))))?;
    }
    Ok(())
}

/// A function whose times are in the zone that it promises.
#[derive(Debug, PartialEq, Eq)]
struct Instants(Arc<ScalarUDF>);

impl Hash for Instants {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl ScalarUDFImpl for Instants {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn aliases(&self) -> &[String] {
        self.0.aliases()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.0.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.0.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.0.coerce_types(types)
    }

    fn is_strict(&self) -> bool {
        self.0.inner().is_strict()
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        let inner = self.0.inner().with_updated_config(config)?;
        Some(ScalarUDF::from(Self(Arc::new(inner))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if self.name() == NAMES[0]
            && let Some(seconds) = args.args.first()
        {
            in_range(seconds)?;
        }
        let promised = args.return_field.data_type().clone();
        match self.0.inner().invoke_with_args(args)? {
            // The instants are right: the zone alone is put to them. A cast would take them for times on that zone's clock.
            ColumnarValue::Array(times) if *times.data_type() != promised => {
                let times = times.to_data().into_builder().data_type(promised).build()?;
                Ok(ColumnarValue::Array(make_array(times)))
            }
            given => Ok(given),
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.0.documentation()
    }
}

/// Seconds with a fraction that are no instant: DataFusion takes the nearest, and 1970 for NaN. Of whole ones it is an error.
fn in_range(seconds: &ColumnarValue) -> Result<()> {
    if !seconds.data_type().is_floating() {
        return Ok(());
    }
    let seconds = cast(&seconds.to_array(1)?, &DataType::Float64)?;
    let is_outside = |seconds: f64| !(seconds * 1e9 >= FIRST && seconds * 1e9 < -FIRST);
    match seconds.as_primitive::<Float64Type>().iter().flatten().find(|seconds| is_outside(*seconds)) {
        Some(outside) => Err(Error::OutOfRange { what: format!("to_timestamp({outside})"), of: "timestamp" }.into()),
        None => Ok(()),
    }
}

/// The first nanosecond that there is, which is 2^63 before 1970; the last is one less behind it.
const FIRST: f64 = -9_223_372_036_854_775_808.0;

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;

    async fn asked(context: &SessionContext, sql: &str) -> Result<String> {
        let rows = context.sql(sql).await?.collect().await?;
        let said = |row| array_value_to_string(rows[0].column(0), row);
        let all: std::result::Result<Vec<String>, _> = (0..rows[0].num_rows()).map(said).collect();
        Ok(all?.join(" "))
    }

    /// Midnight of that day, twice, with noon in its place.
    fn same_day(zone: &str) -> String {
        let one = format!("2026-05-01T12:00:00{}", if zone == "UTC" { "Z" } else { zone });
        format!("{one}  {one}")
    }

    fn context(zone: &str) -> SessionContext {
        SessionContext::new_with_config(SessionConfig::new().set_str("datafusion.execution.time_zone", zone))
    }

    #[tokio::test]
    async fn a_column_of_texts_has_the_instants_of_its_texts_in_the_zone_of_the_session() {
        let of = |call: &str| {
            format!(
                "SELECT CAST({call} AS VARCHAR) FROM (VALUES ('2026-05-01T12:00:00'), (NULL), ('2026-05-01T12:00:00Z')) t(a)"
            )
        };
        for (zone, expected) in [
            ("UTC", "2026-05-01T12:00:00Z  2026-05-01T12:00:00Z"),
            ("+02:00", "2026-05-01T12:00:00+02:00  2026-05-01T14:00:00+02:00"),
        ] {
            let own = context(zone);
            let mut state = own.state();
            keep_zones(&mut state).unwrap();
            let own = SessionContext::new_with_state(state);
            for name in NAMES {
                assert_eq!(asked(&own, &of(&format!("{name}(a)"))).await.unwrap(), expected, "{name}");
                // In a form of its own.
                let found = asked(&own, &of(&format!("{name}(left(a, 10), '%Y-%m-%d')"))).await.unwrap();
                assert_eq!(found.replace("00:00:00", "12:00:00"), same_day(zone), "{name}");
            }
        }
        // The control: once this is no error, there is nothing left to do here.
        let plain = asked(&context("UTC"), &of("to_timestamp(a)")).await;
        assert!(plain.is_err(), "DataFusion keeps the zone: {plain:?}");
    }
}
