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
    Outlook    100 |############################################
    Teams       50 |######################
    caf\u{e9}    1 |#
    none      NULL |
    zero         0 |
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

#[test]
fn names_that_begin_alike_are_told_apart_by_their_end() {
    let long = format!("{}-one", "x".repeat(40));
    let other = format!("{}-two", "x".repeat(40));
    let shown = text(&bars(&[(&long, "7"), (&other, "5"), ("y", "1")]), Look { width: 40, ascii: false });
    let labels: Vec<&str> = shown.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(labels, ["xxxxxxxxx…xxxxxx-one", "xxxxxxxxx…xxxxxx-two", "y"]);
}

#[test]
fn names_that_a_terminal_cannot_show_are_told_apart() {
    let names = ["山田太郎", "山田花子", "Zoë", "Zoe"];
    let shown = text(&bars(&names.map(|name| (name, "7"))), Look { width: 80, ascii: true });
    let labels: Vec<&str> = shown.lines().skip(1).map(|line| line.split(" 7 ").next().unwrap().trim_end()).collect();
    assert_eq!(
        labels,
        ["\\u{5c71}\\u{7530}\\u{592a}\\u{90ce}", "\\u{5c71}\\u{7530}\\u{82b1}\\u{5b50}", "Zo\\u{eb}", "Zoe"]
    );
}

fn histogram(bars: &[f64]) -> Picture {
    let bin = Bin::Seconds(3_600);
    Picture::Histogram { title: "rows by time, UTC".into(), bin, first: 1_777_593_600, bars: bars.to_vec() }
}

fn months(bin: Bin, bars: &[f64]) -> Picture {
    // The first of November 2025.
    Picture::Histogram { title: "rows by time, UTC".into(), bin, first: 1_761_955_200, bars: bars.to_vec() }
}

#[test]
fn months_have_their_names_below_them() {
    let year = [3.0, 0.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 8.0];
    insta::assert_snapshot!(text(&months(Bin::Months(1), &year), Look { width: 80, ascii: false }), @r"
    rows by time, UTC, 1 month a bar
    8 ┤                                                            ████
      │                                                            ████
      │                                                            ████
      │                    ▂▂▂▂                                    ████
      │                    ████                                    ████
    4 ┤                    ████                                    ████
      │▆▆▆▆                ████                                    ████
      │████                ████                                    ████
      │████                ████ ▂▂▂▂                               ████
      │████                ████ ████                               ████
    0 └────────────────────────────────────────────────────────────────
       2025-11   2026-01   2026-03   2026-05   2026-07   2026-09   2026-11
    ");
    insta::assert_snapshot!(text(&months(Bin::Months(1), &year), PLAIN), @r"
    rows by time, UTC, 1 month a bar
    8 +                                                ###
      |                                                ###
      |                                                ###
      |                                                ###
      |                ###                             ###
    4 +                ###                             ###
      |###             ###                             ###
      |###             ###                             ###
      |###             ###                             ###
      |###             ### ###                         ###
    0 +---------------------------------------------------
       2025-11     2026-02     2026-05     2026-08     2026-11
    ");
    for (bin, count, last) in [
        (Bin::Months(1), 1, "2025-11"),
        (Bin::Months(1), 13, "2026-11"),
        (Bin::Months(12), 40, "2061"),
        (Bin::Months(3), 60, "2040-02"),
    ] {
        let bars = vec![1.0; count];
        for width in [1, 28, 60, 80, 200] {
            let said = text(
                &months(bin, &bars[..count.min(Look { width, ascii: false }.bars())]),
                Look { width, ascii: false },
            );
            let line = said.lines().last().unwrap();
            assert!(line.trim_start().starts_with("2025"), "{said}");
        }
        let said = text(&months(bin, &bars), Look { width: 200, ascii: false });
        assert!(said.lines().last().unwrap().contains(last), "{last}: {said}");
    }
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
    ░ 1  ▒ 50  ▓ 51  █ 100  (by rank)
    most: 100, Mon 9:00
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
    . 1  : 50  * 51  # 100  (by rank)
    most: 100, Mon 9:00
    ");
}

#[test]
fn the_legend_of_few_rows_has_no_shade_that_none_can_have() {
    for (values, legend) in [
        (&[1.0][..], "█ 1\nmost: 1, Mon 0:00"),
        (&[1.0, 2.0, 2.0], "▒ 1  █ 2  (by rank)\nmost: 2, Mon 1:00 and 1 more"),
        (&[1.0, 3.0, 2.0], "▒ 1  ▓ 2  █ 3  (by rank)\nmost: 3, Mon 1:00"),
    ] {
        let mut fields = Box::new([[0.0; 24]; 7]);
        fields[0][..values.len()].copy_from_slice(values);
        let picture = Picture::Heatmap { title: "rows by time".into(), fields };
        assert!(text(&picture, WIDE).trim_end().ends_with(legend), "{}", text(&picture, WIDE));
    }
}

#[test]
fn no_hour_with_a_row_looks_like_one_without() {
    let mut fields = Box::new([[1.0; 24]; 7]);
    (fields[2][3], fields[4][17]) = (0.0, 1e6);
    for ascii in [false, true] {
        let shown =
            text(&Picture::Heatmap { title: "rows by time".into(), fields: fields.clone() }, Look { width: 60, ascii });
        let blank: usize = shown.lines().skip(2).take(7).map(|line| line[4..].matches(' ').count()).sum();
        assert_eq!(blank, 2, "{shown}");
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
