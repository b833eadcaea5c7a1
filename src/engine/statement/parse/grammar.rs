//! The grammar: PostgreSQL's, and the few forms of other dialects that can mean nothing else in it.
//!
//! `SELECT * EXCLUDE (raw)`, `* EXCEPT (raw)`, `FROM t SELECT x`, `FROM t`, a comma behind the last column, and `LAMBDA x : …`, which
//! [`lambdas`] makes of `x -> …`.

use std::any::TypeId;

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

use super::lambdas;

/// PostgreSQL's grammar and those forms.
#[derive(Debug, Default)]
pub(super) struct Grammar(PostgreSqlDialect);

/// Quotes of typography. Where they are letters of a name, what stands in them is taken apart before anybody can say what they are.
const QUOTES: [char; 8] = ['‘', '’', '‚', '‛', '“', '”', '„', '‟'];

/// Blanks that are pasted from pages and documents: of another width, or of none.
pub(super) fn is_blank(c: char) -> bool {
    !c.is_ascii() && (c.is_whitespace() || ['\u{feff}', '\u{200b}', '\u{2060}'].contains(&c))
}

/// What PostgreSQL's grammar says itself.
macro_rules! as_postgresql {
    ($($name:ident)*) => {
        $(fn $name(&self) -> bool {
            self.0.$name()
        })*
    };
}

/// What is read here besides.
macro_rules! also {
    ($($name:ident)*) => {
        $(fn $name(&self) -> bool {
            true
        })*
    };
}

impl Dialect for Grammar {
    /// The parser asks for the dialect by its type, too.
    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        self.0.identifier_quote_style(identifier)
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        self.0.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        self.0.is_identifier_start(ch) && !is_blank(ch) && !QUOTES.contains(&ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        self.0.is_identifier_part(ch) && !is_blank(ch) && !QUOTES.contains(&ch)
    }

    fn is_reserved_for_identifier(&self, kw: Keyword) -> bool {
        self.0.is_reserved_for_identifier(kw)
    }

    fn is_custom_operator_part(&self, ch: char) -> bool {
        self.0.is_custom_operator_part(ch)
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        self.0.get_next_precedence(parser)
    }

    fn prec_value(&self, prec: Precedence) -> u8 {
        self.0.prec_value(prec)
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        lambdas::parse(parser)
    }

    as_postgresql! {
        supports_unicode_string_literal
        supports_filter_during_aggregation
        supports_group_by_expr
        allow_extract_custom
        allow_extract_single_quotes
        supports_create_index_with_clause
        supports_explain_with_utility_options
        supports_listen_notify
        supports_factorial_operator
        supports_bitwise_shift_operators
        supports_comment_on
        supports_load_extension
        supports_named_fn_args_with_colon_operator
        supports_named_fn_args_with_expr_name
        supports_empty_projections
        supports_nested_comments
        supports_string_escape_constant
        supports_numeric_literal_underscores
        supports_array_typedef_with_brackets
        supports_geometric_types
        supports_set_names
        supports_alter_column_type_using
        supports_notnull_operator
        supports_interval_options
        supports_insert_table_alias
        supports_create_table_like_parenthesized
        supports_select_wildcard_with_alias
        supports_comma_separated_trim
        supports_xml_expressions
        supports_comment_optimizer_hint
    }

    also! {
        supports_from_first_select
        supports_select_wildcard_exclude
        supports_select_wildcard_except
        supports_projection_trailing_commas
    }
}
