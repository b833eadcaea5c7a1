//! Values of a column as numbers in the same order, and addresses and networks as the span of their addresses.

use std::net::IpAddr;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, kernels::cmp};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::hash_utils::{RandomState, create_hashes};
use datafusion::error::Result;

use super::comparison::Expr;
use super::spans::Span;
use crate::address::{Network, endpoint};

/// What a row's span is made of.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    /// From a value to another; without one, from the least or to the greatest there is.
    Between(Option<End>, Option<End>),
    /// The addresses of a network.
    Network(Expr),
    /// An address alone.
    Address(Expr),
}

/// The end of a span: a value, and so much more.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) value: Expr,
    pub(super) plus: i128,
}

impl Reach {
    /// The expressions that it is made of.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let (first, second) = match self {
            Self::Between(first, last) => (first.as_ref().map(|end| &end.value), last.as_ref().map(|end| &end.value)),
            Self::Network(expr) | Self::Address(expr) => (Some(expr), None),
        };
        first.into_iter().chain(second)
    }

    /// The spans of rows, all in the group 0, or of the family of their address. NULL has none.
    pub(super) fn spans(&self, rows: &RecordBatch) -> Result<Vec<Option<Span>>> {
        let count = rows.num_rows();
        Ok(match self {
            Self::Between(first, last) => {
                let first = first.as_ref().map(|end| end.numbers(rows)).transpose()?;
                let last = last.as_ref().map(|end| end.numbers(rows)).transpose()?;
                let of = |numbers: &Option<Vec<Option<i128>>>, row: usize, open| match numbers {
                    Some(numbers) => numbers[row],
                    None => Some(open),
                };
                let span = |row| {
                    let (first, last) = (of(&first, row, i128::MIN)?, of(&last, row, i128::MAX)?);
                    Some(Span { group: 0, first, last })
                };
                (0..count).map(span).collect()
            }
            Self::Network(expr) => texts(expr, rows, |text| {
                let (first, last) = Network::read(text)?.ends();
                let (group, first) = numbered(first);
                Some(Span { group, first, last: numbered(last).1 })
            })?,
            Self::Address(expr) => texts(expr, rows, |text| {
                let (group, first) = numbered(endpoint(text)?.0);
                Some(Span { group, first, last: first })
            })?,
        })
    }
}

impl End {
    pub(super) fn numbers(&self, rows: &RecordBatch) -> Result<Vec<Option<i128>>> {
        let numbers = cast(&self.value.evaluate(rows)?.into_array(rows.num_rows())?, &DataType::Int64)?;
        let plus = |number: Option<i64>| number.map(|number| i128::from(number) + self.plus);
        Ok(numbers.as_primitive::<Int64Type>().iter().map(plus).collect())
    }
}

/// An address as a number, and the family whose numbers it is compared with.
fn numbered(address: IpAddr) -> (u64, i128) {
    match address {
        IpAddr::V4(v4) => (4, i128::from(v4.to_bits())),
        // In the order of the addresses: the sign takes the place of the highest bit.
        IpAddr::V6(v6) => (6, (v6.to_bits() ^ (1 << 127)).cast_signed()),
    }
}

fn texts(expr: &Expr, rows: &RecordBatch, span: impl Fn(&str) -> Option<Span>) -> Result<Vec<Option<Span>>> {
    let texts = cast(&expr.evaluate(rows)?.into_array(rows.num_rows())?, &DataType::Utf8View)?;
    Ok(texts.as_string_view().iter().map(|text| text.and_then(&span)).collect())
}

/// Equalities that hold besides: the values of one side, and whether NULL equals NULL.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    pub(super) exprs: Vec<Expr>,
    pub(super) null_equals_null: bool,
}

impl Keys {
    pub(super) fn values(&self, rows: &RecordBatch) -> Result<Vec<ArrayRef>> {
        self.exprs.iter().map(|key| key.evaluate(rows)?.into_array(rows.num_rows())).collect()
    }

    /// Makes groups of spans by these values. What equals nothing loses its span.
    pub(super) fn group(&self, keys: &[ArrayRef], spans: &mut [Option<Span>]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut hashes = vec![0; spans.len()];
        // Both sides are hashed in one process, by the same seeds.
        create_hashes(keys, &RandomState::default(), &mut hashes)?;
        for (row, (span, hash)) in spans.iter_mut().zip(hashes).enumerate() {
            if !self.null_equals_null && keys.iter().any(|key| key.is_null(row)) {
                *span = None;
            }
            // The family of an address is told apart within a hash.
            span.iter_mut().for_each(|span| span.group = hash.wrapping_add(span.group));
        }
        Ok(())
    }

    /// Of pairs of rows with equal hashes: which have equal keys.
    pub(super) fn equal(&self, held: &[ArrayRef], passing: &[ArrayRef]) -> Result<Vec<arrow::array::BooleanArray>> {
        let same = |(held, passing): (&ArrayRef, &ArrayRef)| match self.null_equals_null {
            true => cmp::not_distinct(held, passing),
            false => cmp::eq(held, passing),
        };
        Ok(held.iter().zip(passing).map(same).collect::<std::result::Result<_, _>>()?)
    }
}
