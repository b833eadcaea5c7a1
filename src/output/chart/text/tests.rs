//! Pictures as a terminal shows them, at the widths that there are.

use super::*;

const WIDE: Look = Look { width: 60, ascii: false };
const PLAIN: Look = Look { width: 60, ascii: true };

fn text(picture: &Picture, look: Look) -> String {
    let mut out = String::new();
    drawn(picture, look, &mut out);
    assert!(out.lines().all(|line| width(line) <= look.width.max(NARROWEST)), "{out}");
    assert!(!look.ascii || out.is_ascii(), "{out}");
    assert!(out.lines().all(|line| !line.ends_with(' ')), "{out:?}");
    out
}

fn bars(values: &[(&str, &str)]) -> Picture {
    let bar =
        |(label, text): &(&str, &str)| Bar { label: (*label).into(), text: (*text).into(), value: text.parse().ok() };
    Picture::Bars { title: "n by app".into(), bars: values.iter().map(bar).collect() }
}

#[test]
fn a_bar_is_as_long_as_its_number() {
    let picture = bars(&[("Outlook", "100"), ("Teams", "50"), ("café", "1"), ("none", "NULL"), ("zero", "0")]);
    insta::assert_snapshot!(text(&picture, WIDE), @r"
    n by app
    Outlook  100 │██████████████████████████████████████████████
    Teams     50 │███████████████████████
    café       1 │▌
    none    NULL │
    zero       0 │
    ");
    insta::assert_snapshot!(text(&picture, PLAIN), @r"
    n by app
    Outlook  100 |##############################################
    Teams     50 |#######################
    caf?       1 |#
    none    NULL |
    zero       0 |
    ");
}

#[test]
fn numbers_below_zero_go_the_other_way() {
    insta::assert_snapshot!(text(&bars(&[("up", "30"), ("down", "-15"), ("less", "-1")]), WIDE), @r"
    n by app
    up    30 │                 █████████████████████████████████
    down -15 │█████████████████
    less  -1 │                █
    ");
}

#[test]
fn long_labels_and_numbers_leave_room_for_bars() {
    let long = "x".repeat(200);
    let number = "1".repeat(60);
    for width in [1, 28, 40, 80, 200] {
        for ascii in [false, true] {
            let text = text(&bars(&[(&long, "7"), ("日本語日本語日本語", &number)]), Look { width, ascii });
            assert!(text.contains(if ascii { '#' } else { '█' }), "{text}");
        }
    }
}

fn histogram(bars: &[f64]) -> Picture {
    Picture::Histogram { title: "rows by time, UTC".into(), length: 3_600, first: 1_777_593_600, bars: bars.to_vec() }
}

#[test]
fn a_histogram_stands_on_its_axis() {
    insta::assert_snapshot!(text(&histogram(&[1.0, 0.0, 80.0, 40.0, 36.0]), WIDE), @r"
    rows by time, UTC, 1 hour a bar
    80 ┤            █████
       │            █████
       │            █████
       │            █████
       │            █████
    40 ┤            █████ █████ ▄▄▄▄▄
       │            █████ █████ █████
       │            █████ █████ █████
       │            █████ █████ █████
       │▁▁▁▁▁       █████ █████ █████
     0 └─────────────────────────────
        2026-05-01 00:00 to 2026-05-01 05:00
    ");
    insta::assert_snapshot!(text(&histogram(&[1.0, 0.0, 80.0, 40.0, 36.0]), PLAIN), @r"
    rows by time, UTC, 1 hour a bar
    80 +            #####
       |            #####
       |            #####
       |            #####
       |            #####
    40 +            ##### ##### #####
       |            ##### ##### #####
       |            ##### ##### #####
       |            ##### ##### #####
       |.....       ##### ##### #####
     0 +-----------------------------
        2026-05-01 00:00 to 2026-05-01 05:00
    ");
}

#[test]
fn every_width_holds_a_histogram() {
    for width in [1, 28, 30, 80, 200] {
        let look = Look { width, ascii: width % 20 == 0 };
        for count in [1, 2, 5, look.bars()] {
            let bars: Vec<f64> = (0..u16::try_from(count).unwrap()).map(|at| f64::from(at) + 0.5).collect();
            text(&histogram(&bars), look);
        }
    }
}

#[test]
fn a_heatmap_is_the_darker_the_more() {
    let mut fields = Box::new([[0.0; 24]; 7]);
    (fields[0][9], fields[0][10], fields[4][17], fields[6][0]) = (100.0, 51.0, 50.0, 1.0);
    let picture = Picture::Heatmap { title: "rows by time".into(), fields };
    insta::assert_snapshot!(text(&picture, WIDE), @r"
    rows by time
        0     3     6     9     12    15    18    21
    Mon                   ██▓▓
    Tue
    Wed
    Thu
    Fri                                   ▒▒
    Sat
    Sun ░░
    ░ to 25  ▒ to 50  ▓ to 75  █ to 100
    ");
    insta::assert_snapshot!(text(&picture, Look { width: 40, ascii: true }), @r"
    rows by time
        0  3  6  9  12 15 18 21
    Mon          #*
    Tue
    Wed
    Thu
    Fri                  :
    Sat
    Sun .
    . to 25  : to 50  * to 75  # to 100
    ");
}

#[test]
fn the_legend_of_few_rows_has_no_shade_that_none_can_have() {
    for (highest, legend) in [(1.0, "█ to 1"), (2.0, "▒ to 1  █ to 2"), (3.0, "▒ to 1  ▓ to 2  █ to 3")] {
        let mut fields = Box::new([[0.0; 24]; 7]);
        fields[0][9] = highest;
        let picture = Picture::Heatmap { title: "rows by time".into(), fields };
        assert_eq!(text(&picture, WIDE).lines().last(), Some(legend));
    }
}

#[test]
fn a_number_beside_an_axis_is_short() {
    for (value, said) in [
        (0.0, "0"),
        (1234.0, "1234"),
        (0.5, "0.5"),
        (9_999_999.5, "9999999.5"),
        (12_345_678.0, "12.3M"),
        (5e9, "5.0G"),
        (3e12, "3.0T"),
        (1.5e20, "1.5e20"),
    ] {
        assert_eq!(number(value), said);
    }
}

#[test]
fn nothing_is_said_to_be_nothing() {
    let empty = Box::new([[0.0; 24]; 7]);
    for picture in [bars(&[]), histogram(&[]), Picture::Heatmap { title: "rows by time".into(), fields: empty }] {
        assert!(text(&picture, WIDE).ends_with("nothing to draw\n"));
    }
}
