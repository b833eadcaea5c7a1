//! Members of an event's JSON, in one pass and without copies.
//!
//! The text is made by the `evtx` crate: compact, and well-formed. What is not, is no event.

use memchr::{memchr2, memchr3};

/// Gives each value with the path of the object that it stands in, words apart by dots, and its own name. Objects that are not
/// gone into, and those that lie deeper than so many, are given as they are written. `None`, if the text is no object.
pub(super) fn each_value<'a>(
    json: &'a str,
    deepest: usize,
    goes_into: &dyn Fn(&str, &str) -> bool,
    each: &mut dyn FnMut(&str, &'a str, &'a str),
) -> Option<()> {
    Walk { json, at: 0, path: String::new(), goes_into }.object(deepest, each)
}

struct Walk<'a, 'f> {
    json: &'a str,
    at: usize,
    path: String,
    goes_into: &'f dyn Fn(&str, &str) -> bool,
}

impl<'a> Walk<'a, '_> {
    fn object(&mut self, deepest: usize, each: &mut dyn FnMut(&str, &'a str, &'a str)) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let name = self.string()?;
            let name = &name[1..name.len() - 1];
            self.expect(b':')?;
            let is_object = self.peek()? == b'{' && self.json.as_bytes().get(self.at + 1) != Some(&b'}');
            if is_object && deepest > 1 && (self.goes_into)(&self.path, name) {
                let length = self.path.len();
                if length > 0 {
                    self.path.push('.');
                }
                self.path.push_str(name);
                self.object(deepest - 1, each)?;
                self.path.truncate(length);
            } else {
                let value = self.value()?;
                each(&self.path, name, value);
            }
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.expect(b'}'),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        let is = self.peek()? == byte;
        self.at += usize::from(is);
        is.then_some(())
    }

    /// A string with its quotes, as it is written.
    fn string(&mut self) -> Option<&'a str> {
        let begin = self.at;
        self.expect(b'"')?;
        loop {
            let rest = &self.json.as_bytes()[self.at..];
            let found = memchr2(b'"', b'\\', rest)?;
            let is_end = rest[found] == b'"';
            self.at += found + if is_end { 1 } else { 2 };
            if self.at > self.json.len() {
                return None;
            }
            if is_end {
                return self.json.get(begin..self.at);
            }
        }
    }

    /// A value, as it is written.
    fn value(&mut self) -> Option<&'a str> {
        let begin = self.at;
        match self.peek()? {
            b'"' => return self.string(),
            b'{' | b'[' => {
                let mut depth = 0_usize;
                loop {
                    match self.peek()? {
                        b'"' => {
                            self.string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => self.at += memchr3(b',', b'}', b']', &self.json.as_bytes()[self.at..])?,
        }
        self.json.get(begin..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str) -> Option<String> {
        let mut all = Vec::new();
        let into = |path: &str, name: &str| !(path == "a" && name == "whole");
        each_value(json, 3, &into, &mut |path, name, value| all.push(format!("{path}/{name}={value}")))?;
        Some(all.join(" "))
    }

    #[test]
    fn values_have_the_path_of_their_object() {
        let json =
            r#"{"a":{"b":1,"c":{"d":"x\"}","e":null,"f":{"g":[1,"]"]}},"whole":{"h":1},"i":{}},"j":[{"k":1}],"l":"é"}"#;
        let expected =
            r#"a/b=1 a.c/d="x\"}" a.c/e=null a.c/f={"g":[1,"]"]} a/whole={"h":1} a/i={} /j=[{"k":1}] /l="é""#;
        assert_eq!(values(json).as_deref(), Some(expected));
        assert_eq!(values("{}").as_deref(), Some(""));
    }

    #[test]
    fn what_is_cut_is_none() {
        let json = r#"{"a":{"b":"x\\\"y","c":[1,{"d":2}],"e":12}}"#;
        assert!(values(json).is_some());
        for end in 0..json.len() {
            assert_eq!(values(&json[..end]), None, "{}", &json[..end]);
        }
    }
}
