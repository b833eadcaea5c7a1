//! Writes JSON text straight into a string: a tree of values per record would be most of the cost of a page.

/// JSON text in the making. The caller opens and closes in pairs; commas are put where they belong.
pub(in crate::demo) struct Json {
    out: String,
    first: bool,
}

impl Json {
    /// The start of an object.
    pub(in crate::demo) fn object() -> Self {
        Self { out: String::from("{"), first: true }
    }

    /// The end of the object.
    pub(in crate::demo) fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }

    /// `"name":`
    fn key(&mut self, name: &str) {
        self.comma();
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn comma(&mut self) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
    }

    /// A text property.
    pub(in crate::demo) fn text(&mut self, name: &str, value: &str) {
        self.key(name);
        escape(value, &mut self.out);
    }

    /// A text property that may be null.
    pub(in crate::demo) fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// A property whose value is JSON already.
    pub(in crate::demo) fn raw(&mut self, name: &str, json: &str) {
        self.key(name);
        self.out.push_str(json);
    }

    /// A Boolean property.
    pub(in crate::demo) fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    /// A property that is a list of texts.
    pub(in crate::demo) fn texts(&mut self, name: &str, values: &[&str]) {
        self.key(name);
        self.out.push('[');
        for (n, value) in values.iter().enumerate() {
            self.out.push_str(if n == 0 { "" } else { "," });
            escape(value, &mut self.out);
        }
        self.out.push(']');
    }

    /// A property that is an object.
    pub(in crate::demo) fn nested(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.key(name);
        self.braces(fill);
    }

    /// A property that is a list of objects.
    pub(in crate::demo) fn objects<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        fill: impl Fn(&mut Self, T),
    ) {
        self.key(name);
        self.out.push('[');
        self.first = true;
        for item in items {
            self.comma();
            self.braces(|json| fill(json, item));
        }
        self.out.push(']');
        self.first = false;
    }

    fn braces(&mut self, fill: impl FnOnce(&mut Self)) {
        self.out.push('{');
        self.first = true;
        fill(self);
        self.out.push('}');
        self.first = false;
    }
}

/// Appends a JSON string. A plain loop over bytes: what has to be escaped is ASCII, and in an unoptimised build a closure
/// per character is most of the time a page takes.
pub(in crate::demo) fn escape(text: &str, out: &mut String) {
    out.push('"');
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        if byte < b' ' || byte == b'"' || byte == b'\\' {
            out.push_str(&text[from..at]);
            escape_byte(byte, out);
            from = at + 1;
        }
        at += 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}

fn escape_byte(byte: u8, out: &mut String) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        control => {
            out.push_str(if control < 16 { "\\u000" } else { "\\u001" });
            out.push(char::from_digit(u32::from(control % 16), 16).unwrap_or('0'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_survives_the_escape() {
        let text: String = (0..0x300).filter_map(char::from_u32).chain("🦀\u{202e}\u{2028}".chars()).collect();
        let mut out = String::new();
        escape(&text, &mut out);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }

    #[test]
    fn commas_stand_between_and_nowhere_else() {
        let mut json = Json::object();
        json.nested("a", |j| {
            j.objects("b", [1, 2], |j, n| j.raw("n", &n.to_string()));
            j.objects("c", [0; 0], |_, _| {});
            j.texts("d", &["x", "y"]);
        });
        json.nested("e", |_| {});
        json.text_or_null("f", None);
        assert_eq!(json.finish(), r#"{"a":{"b":[{"n":1},{"n":2}],"c":[],"d":["x","y"]},"e":{},"f":null}"#);
    }
}
