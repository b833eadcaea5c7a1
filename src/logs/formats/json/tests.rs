//! The format, by example and damaged.

use crate::logs::trials::{damaged, options, read, recognised, table};
use crate::logs::{Kind, Options};

const ECS: &str = "\
{\"@timestamp\":\"2026-11-27T08:00:00Z\",\"source\":{\"ip\":\"203.0.113.7\",\"port\":5000},\"user\":{\"name\":\"alice\"},\"tags\":[\"vpn\"],\"n\":1}
{\"@timestamp\":\"2026-11-27T08:05:00.5+01:00\",\"source\":{\"ip\":\"::ffff:10.0.0.1\"},\"user\":{\"name\":\"bob\"},\"tags\":[],\"n\":2.5}
";

#[test]
fn members_are_columns_those_of_objects_by_dotted_names() {
    let expected = [
        "time | client_address | user_name | timestamp | source_ip | source_port | tags | n",
        "1: 2026-11-27T08:00:00Z | 203.0.113.7 | alice | 2026-11-27T08:00:00Z | 203.0.113.7 | 5000 | [\"vpn\"] | 1.0",
        "2: 2026-11-27T07:05:00.500Z | 10.0.0.1 | bob | 2026-11-27T07:05:00.500Z | ::ffff:10.0.0.1 | ∅ | [] | 2.5",
    ];
    assert_eq!(table("ecs.ndjson", ECS, &Options::default()), expected);
    let items = format!("[{}]", ECS.trim().replace('\n', ",\n"));
    assert_eq!(table("ecs.json", &items, &Options::default()), expected);
    let reply = format!("{{\"count\":2,\"value\":[{}]}}", ECS.trim().replace('\n', ",\n"));
    assert_eq!(table("x", &reply, &Options::default()), expected);
    let found = recognised("x", reply.as_bytes(), &Options::default());
    assert_eq!(found.layout.assumed(), ["records are the items of `value`"]);
}

#[test]
fn records_that_have_an_array_called_as_envelopes_are_lose_nothing() {
    let record = |id: u8| {
        format!(
            "{{\"kind\":\"activity\",\"id\":{{\"n\":{id}}},\"etag\":\"x\",\"actor\":{{\"email\":\"a@x.example\"}},\"ipAddress\":\"203.0.113.7\",\"events\":[{{\"name\":\"login\"}}]}}\n"
        )
    };
    assert_eq!(
        table("x.json", &[record(1), record(2)].concat(), &Options::default()),
        [
            "client_address | kind | id_n | etag | actor_email | ip_address | events",
            "1: 203.0.113.7 | activity | 1 | x | a@x.example | 203.0.113.7 | [{\"name\":\"login\"}]",
            "2: 203.0.113.7 | activity | 2 | x | a@x.example | 203.0.113.7 | [{\"name\":\"login\"}]",
        ]
    );
    // One alone may be an answer with records: what is left out then is said.
    let one = recognised("x.json", record(1).as_bytes(), &Options::default());
    let said = ["records are the items of `events`", "what stands beside the records is left out: `id`, `actor`"];
    assert_eq!(one.layout.assumed(), said);
    let answer = "{\"Events\":[{\"a\":1}],\"NextToken\":\"x\",\"metadata\":{\"b\":1}}";
    assert_eq!(table("x.json", answer, &Options::default()), ["a", "1: 1"]);
    let found = recognised("x.json", answer.as_bytes(), &Options::default());
    assert_eq!(found.layout.assumed(), ["records are the items of `Events`"]);
}

#[test]
fn records_over_several_lines_are_told_by_their_first() {
    let text = "[\n  {\n    \"user\": \"a\",\n    \"n\": 1\n  },\n  {\n    \"user\": \"b\",\n    \"n\": 2\n  }\n]\n";
    assert_eq!(table("x.json", text, &Options::default()), ["user_name | user | n", "2: a | a | 1", "6: b | b | 2"]);
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']').replace("},", "}");
    assert_eq!(table("x.json", &bare, &Options::default()).len(), 3);
}

#[test]
fn names_that_are_one_name_in_sql_are_one_column() {
    let text = "{\"ClientIP\":\"203.0.113.7\",\"UserName\":\"ana\"}\n{\"clientIp\":\"203.0.113.8\",\"userName\":\"bob\"}\n\
                {\"client-ip\":\"203.0.113.9\",\"user_name\":null,\"UserName\":\"eve\"}\n\
                {\"ClientIP\":\"203.0.113.7\",\"clientIp\":\"203.0.113.7\",\"n\":1}\n";
    let rows = table("x.ndjson", text, &Options::default());
    assert_eq!(
        rows,
        [
            "client_address | user_name | client_ip | n",
            "1: 203.0.113.7 | ana | 203.0.113.7 | ∅",
            "2: 203.0.113.8 | bob | 203.0.113.8 | ∅",
            "3: 203.0.113.9 | eve | 203.0.113.9 | ∅",
            "4: 203.0.113.7 | ∅ | 203.0.113.7 | 1",
        ]
    );
    let found = recognised("x.ndjson", text.as_bytes(), &Options::default());
    assert!(found.layout.assumed().is_empty(), "{:?}", found.layout.assumed());
    // What comes behind the sample is told, and the first stands.
    let told = read(&*found.layout, b"{\"ClientIP\":\"203.0.113.7\",\"clientIp\":\"203.0.113.8\"}\n", 5);
    assert_eq!((told.rows[0].1[0].as_str(), told.repeated.len()), ("203.0.113.7", 1));
}

#[test]
fn where_a_record_has_both_and_they_differ_they_stay_apart_and_it_is_said() {
    let text = "{\"ClientIP\":\"203.0.113.7\",\"clientIp\":\"10.0.0.1\"}\n{\"clientIp\":\"203.0.113.8\"}\n\
                {\"ClientIP\":null,\"clientIp\":\"203.0.113.9\"}\n";
    let rows = table("x.ndjson", text, &Options::default());
    assert_eq!(
        rows,
        [
            "client_address | client_ip | client_ip_2",
            "1: 203.0.113.7 | 203.0.113.7 | 10.0.0.1",
            "2: 203.0.113.8 | ∅ | 203.0.113.8",
            "3: 203.0.113.9 | ∅ | 203.0.113.9",
        ]
    );
    let found = recognised("x.ndjson", text.as_bytes(), &Options::default());
    let said = "`ClientIP` and `clientIp` are columns of their own, for a record has both and they differ";
    assert_eq!(found.layout.assumed(), [said]);
}

#[test]
fn the_time_is_one_that_most_records_have() {
    let often = "{\"TimeGenerated\":\"2021-08-02T13:09:20Z\",\"n\":1}\n";
    let text = format!("{{\"timestamp\":\"2020-01-01T00:00:00Z\",\"n\":0}}\n{}", often.repeat(5));
    let rows = table("x", &text, &Options::default());
    assert!(rows[1].starts_with("1: ∅ | 2020") && rows[2].starts_with("2: 2021-08-02T13:09:20Z"), "{rows:?}");
}

#[test]
fn text_stays_text_and_mixed_columns_are_text() {
    let text = "{\"id\":\"5\",\"code\":5,\"mixed\":1}\n{\"id\":\"6\",\"code\":6,\"mixed\":\"x\"}\n";
    let found = recognised("x", text.as_bytes(), &Options::default());
    let kinds: Vec<_> = found.layout.fields().iter().map(|field| (field.name.as_str(), field.kind)).collect();
    assert_eq!(kinds, [("id", Kind::Text), ("code", Kind::Int), ("mixed", Kind::Text), ("raw", Kind::Text)]);
}

#[test]
fn a_member_that_comes_later_is_told_and_an_odd_value_too() {
    let text = "{\"n\":1}\n{\"n\":2}\n";
    let found = recognised("x", text.as_bytes(), &Options::default());
    let told = read(&*found.layout, b"{\"n\":\"x\",\"later\":{\"still\":1}}\nno\n{\"n\":null}\n[]\n", 5);
    assert_eq!(told.unknown, [(1, "later.still".to_owned())]);
    assert_eq!(told.odd, [(1, 0, "x".to_owned())]);
    assert_eq!(told.bad, [(2, "it is no JSON object"), (4, "it is no JSON object")]);
    assert_eq!(told.rows.len(), 2);
}

#[test]
fn half_of_a_letter_is_told_and_costs_itself() {
    let text = "{\"s\":\"\\ud800\",\"n\":1}\n{\"s\":\"\\ud83d\\ude00\",\"n\":2}\n";
    let expected = ["s | n", "1: \u{fffd} | 1", "2: 😀 | 2", "1~ Half"];
    assert_eq!(table("x.ndjson", text, &Options::default()), expected);
}

#[test]
fn zeek_writes_its_logs_as_json_too() {
    let text = "{\"ts\":1591367999.305988,\"uid\":\"CMdzit1AMNsmfAIiQc\",\"id.orig_h\":\"192.168.4.76\",\"id.orig_p\":36844}\n";
    assert_eq!(
        table("conn.log", text, &Options::default()),
        [
            "time | client_address | ts | uid | id_orig_h | id_orig_p",
            "1: 2020-06-05T14:39:59.305988Z | 192.168.4.76 | 2020-06-05T14:39:59.305988Z | CMdzit1AMNsmfAIiQc | 192.168.4.76 | 36844",
        ]
    );
}

#[test]
fn only_wanted_fields_are_made() {
    let found = recognised("x", ECS.as_bytes(), &options(&[("format", "ndjson")]));
    let mut told = crate::logs::trials::Told::default();
    let mut reader = found.layout.reader(&[5, 2]);
    reader.feed(ECS.as_bytes(), &mut told).unwrap();
    reader.end(&mut told).unwrap();
    assert_eq!(told.rows[0].1, ["5000", "alice"]);
}

#[test]
fn damaged_lines_are_accounted_for() {
    let count = damaged("x.ndjson", &ECS.repeat(10), true, &|_, _| false);
    assert!(count >= 100, "{count}");
}

#[test]
fn damaged_arrays_lose_nothing_unsaid() {
    let items = format!("[\n{}\n]\n", ECS.trim().repeat(10).replace("}{", "},\n{").replace("}\n{", "},\n{"));
    let count = damaged("x.json", &items, false, &|_, _| true);
    assert!(count >= 100, "{count}");
    let whole = recognised("x.json", items.as_bytes(), &Options::default());
    for (what, bytes) in crate::logs::trials::variants(items.as_bytes()) {
        let told = read(&*whole.layout, &bytes, 4096);
        assert!(told.rows.len() + told.bad.len() >= 1 || bytes.len() < 5 || !bytes.contains(&b'{'), "{what} is silent");
        assert!(told.rows.len() >= 20 || !told.bad.is_empty() || what.starts_with("cut"), "{what} lost rows unsaid");
    }
}
