//! Text that is nothing but text wherever it stands in a page.

use crate::output::safe;

/// Appends text: no markup, no entity, nothing that cannot be seen or turns the line round.
pub(in crate::output) fn text(text: &str, out: &mut String) {
    for c in safe::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// An element that holds text.
pub(in crate::output) fn element(name: &str, held: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    text(held, out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        let mut out = String::new();
        text("<script>alert('x')</script> &lt; \"a\" \u{202e}b\u{0}\n", &mut out);
        assert_eq!(
            out,
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp;lt; &quot;a&quot; \\u{202e}b\u{2400}\u{240a}"
        );
    }
}
