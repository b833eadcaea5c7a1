//! What the result of a plan is worth of which a part is missing: how its rows and its values can differ from the whole one's.

use datafusion::logical_expr::LogicalPlan;

/// How a value can differ from that of the whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// It does not.
    None,
    /// It is too low, if anything; of truth: false instead of true.
    Low,
    /// It is too high, if anything.
    High,
    /// It is NULL, if anything.
    Null,
    /// In any way.
    Any,
}

/// How rows can differ from those of the whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowDoubt {
    /// They do not.
    All,
    /// Some are missing, if anything.
    Fewer,
    /// Others stand in their place.
    Other,
}

/// What is known about the result of a plan of which a part is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shortfall {
    pub(crate) rows: RowDoubt,
    pub(crate) columns: Vec<Doubt>,
}

impl Shortfall {
    pub(crate) fn new(rows: RowDoubt, plan: &LogicalPlan) -> Self {
        Self { rows, columns: vec![Doubt::None; plan.schema().fields().len()] }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.rows == RowDoubt::All && self.is_sure()
    }

    pub(crate) fn is_sure(&self) -> bool {
        self.columns.iter().all(|doubt| *doubt == Doubt::None)
    }

    /// The same, chosen by an order or by chance.
    pub(crate) fn cut(self) -> Self {
        if self.is_whole() { self } else { Self { rows: RowDoubt::Other, ..self } }
    }
}

impl Doubt {
    /// Of what grows when this falls.
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
            same => same,
        }
    }

    /// Of what grows with both.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, one) | (one, Self::None) => one,
            (Self::Null, one) | (one, Self::Null) => one,
            (one, other) if one == other => one,
            _ => Self::Any,
        }
    }

    /// Of a function that gives NULL for NULL, and else anything.
    pub(crate) fn through_strict(self) -> Self {
        if matches!(self, Self::None | Self::Null) { self } else { Self::Any }
    }

    pub(crate) fn through_any(self) -> Self {
        if self == Self::None { self } else { Self::Any }
    }

    /// Of a value on a side of a join that may find no partner.
    pub(crate) fn or_null(self) -> Self {
        if self == Self::None { Self::Null } else { Self::Any }
    }
}
