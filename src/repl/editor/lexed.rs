//! A line as the editor sees it while it is being typed: pieces of SQL with their places, also of text that is not whole.

use std::ops::Range;

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};

use crate::repl::split::Places;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword, quoted or not.
    Word,
    /// A text.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// Blanks.
    Blank,
    /// Anything else: operators, brackets, commas.
    Sign,
    /// What cannot be read, as an open quote: everything up to the end.
    Open,
}

/// A piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it stands, in bytes.
    pub(super) place: Range<usize>,
}

/// All pieces of a text, one behind the other, blanks included.
pub(super) fn pieces(sql: &str) -> Vec<Piece> {
    let mut tokens: Vec<TokenWithSpan> = Vec::new();
    // What cannot be read is what no token covers.
    let _ = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    let mut places = Places::new(sql);
    let mut pieces = Vec::new();
    let mut end = 0;
    for token in tokens.iter().filter(|token| token.token != Token::EOF) {
        let from = places.offset(token.span.start);
        let to = places.offset(token.span.end);
        if from >= end && to > from {
            pieces.push(Piece { kind: kind(&token.token), place: from..to });
            end = to;
        }
    }
    if end < sql.len() {
        pieces.push(Piece { kind: Kind::Open, place: end..sql.len() });
    }
    pieces
}

fn kind(token: &Token) -> Kind {
    match token {
        Token::Word(_) => Kind::Word,
        Token::Number(..) => Kind::Number,
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => Kind::Comment,
        Token::Whitespace(_) => Kind::Blank,
        Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::SingleQuotedByteStringLiteral(_) => Kind::Text,
        _ => Kind::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_whole_text_in_order() {
        for sql in ["SELECT 'ä', 1.5 -- x\n  FROM t", "SELECT 'open", "/* a */ \"b c\"", "", "日本 = $$x$$", "a ‘b’"]
        {
            let mut at = 0;
            for piece in pieces(sql) {
                assert!(piece.place.start >= at && sql.get(piece.place.clone()).is_some(), "{sql}: {piece:?}");
                at = piece.place.end;
            }
            assert_eq!(at, sql.len(), "{sql}");
        }
    }

    #[test]
    fn an_open_quote_leaves_the_rest_open() {
        let kinds: Vec<Kind> = pieces("SELECT 1, 'a b").iter().map(|piece| piece.kind).collect();
        assert_eq!(kinds, [Kind::Word, Kind::Blank, Kind::Number, Kind::Sign, Kind::Blank, Kind::Open]);
    }
}
