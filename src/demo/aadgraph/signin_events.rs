//! Sign-ins in the form of the retired report: those at a screen, under the ids that Microsoft Graph has for them. No other
//! kind was recorded in its time.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::table::{Code, Table};
use crate::demo::graph::{Event, Item, Oddity, Premise, Property, Rows, Type, Version, both, interactive};
use crate::demo::json::Json;
use crate::demo::world::clock;

/// `GET /{tenant}/activities/signinEvents`.
pub static SIGNIN_EVENTS: Table = Table {
    path: "/activities/signinEvents",
    properties: PROPERTIES,
    status: ("loginStatus", &[(SUCCESS, Code::Text("0")), (FAILURE, Code::Text("1"))]),
    categories: &[],
    is_capped: true,
    tell: |premise| Box::new(Told { premise: premise.clone(), events: OnceLock::new() }),
};

/// The filter fields of the reference page (2017), then what records have besides.
static PROPERTIES: &[Property] = &[
    both("signinDateTime", Type::Time, "eq ge le gt lt"),
    both("userId", Type::Text, "eq"),
    both("userPrincipalName", Type::ExactText, "eq"),
    both("appId", Type::Text, "eq"),
    both("appDisplayName", Type::Text, "eq"),
    both("loginStatus", Type::Text, "eq"),
    both("id", Type::Text, ""),
    both("signinDateTimeInMillis", Type::Integer, ""),
    both("userDisplayName", Type::Text, ""),
    both("ipAddress", Type::Text, ""),
    both("deviceInformation", Type::Text, ""),
    both("location/city", Type::Text, ""),
    both("location/state", Type::Text, ""),
    both("location/country", Type::Text, ""),
    both("geoCoordinates/latitude", Type::Other, ""),
    both("geoCoordinates/longitude", Type::Other, ""),
    both("signinErrorCode", Type::Integer, ""),
    both("failureReason", Type::Text, ""),
    both("mfaResult", Type::Text, ""),
    both("mfaAuthMethod", Type::Text, ""),
    both("mfaAuthDetail", Type::Text, ""),
];

/// The id that Microsoft Graph has for users that do not exist.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

const SUCCESS: &str = "Success";
const FAILURE: &str = "Failure";

/// The code of "Keep me signed in": the service asks, and lets the user in. A client that takes every other code than 0 for
/// a failure finds out here.
const ASKS_AND_LETS_IN: i64 = 50_140;

/// The world and its sign-ins, which are told when one of them is first asked for, as most tenants never are.
struct Told {
    premise: Premise,
    /// Newest first.
    events: OnceLock<Vec<Event>>,
}

impl Told {
    fn events(&self) -> &[Event] {
        self.events.get_or_init(|| interactive(&self.premise))
    }
}

fn login_status(event: &Event) -> &'static str {
    match event.integer("status/errorCode") {
        Some(0 | ASKS_AND_LETS_IN) => SUCCESS,
        _ => FAILURE,
    }
}

impl Rows for Told {
    fn len(&self) -> usize {
        self.events().len()
    }

    fn ticks(&self, row: usize) -> i64 {
        self.events()[row].ticks()
    }

    fn copies(&self, row: usize) -> usize {
        self.events()[row].copies()
    }

    fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        let event = &self.events()[row];
        match path {
            "loginStatus" => Some(Cow::Borrowed(login_status(event))),
            _ => self.said(event, path),
        }
    }

    fn integer(&self, _row: usize, _path: &str) -> Option<i64> {
        None
    }

    fn list(&self, _row: usize, _path: &str) -> Vec<Item<'_>> {
        Vec::new()
    }

    fn json(&self, row: usize, _version: Version) -> String {
        let event = &self.events()[row];
        let mut json = Json::object();
        let text = |path: &str| self.said(event, path);
        json.text("id", &event.id());
        json.text("signinDateTime", &clock::print(event.ticks(), event.digits()));
        json.raw("signinDateTimeInMillis", &(event.ticks().div_euclid(clock::SECOND / 1_000)).to_string());
        for path in ["userId", "userDisplayName", "userPrincipalName", "appId"] {
            json.text_or_null(path, text(path).as_deref());
        }
        match event.oddity() {
            Some(Oddity::AppAsObject) => json.nested("appDisplayName", |json| json.text("value", "Teams")),
            _ => json.text_or_null("appDisplayName", text("appDisplayName").as_deref()),
        }
        json.text_or_null("ipAddress", text("ipAddress").as_deref());
        let device = event.device();
        json.text("deviceInformation", &format!(";{};{};;{}", device.system, device.browser, device.client));
        self.place(event, &mut json);
        json.text("loginStatus", login_status(event));
        let code = event.integer("status/errorCode").unwrap_or_default().to_string();
        let is_text = event.oddity() == Some(Oddity::CodeAsText);
        json.raw("signinErrorCode", &if is_text { format!("\"{code}\"") } else { code });
        let (reason, details) = event.words();
        json.text_or_null("failureReason", (login_status(event) == FAILURE).then_some(reason));
        json.text_or_null("mfaResult", details);
        if event.needs_factor() {
            json.text("mfaAuthMethod", "Mobile app notification");
            json.raw("mfaAuthDetail", "null");
        }
        json.finish()
    }
}

impl Told {
    /// What the report says where Microsoft Graph has text. Names are missing at times: of applications that were deleted, of
    /// users that never were.
    fn said(&self, event: &Event, path: &str) -> Option<Cow<'_, str>> {
        let is_missing = |purpose| event.roll(purpose) % 1_000 < 50;
        match path {
            "appDisplayName" if is_missing(0x1e6b) => None,
            "userDisplayName" if is_missing(0x1e6c) => None,
            "userId" => event.text(&self.premise.world, path).filter(|id| id != NOBODY),
            _ => event.text(&self.premise.world, path),
        }
    }

    /// Older records have the place among the coordinates.
    fn place(&self, event: &Event, json: &mut Json) {
        if event.oddity() == Some(Oddity::PlaceAsText) {
            return json.text("location", "Lisbon, PT");
        }
        let Some(place) = event.place(&self.premise.world) else { return json.raw("location", "null") };
        let is_old = event.roll(0x1e6a).is_multiple_of(8);
        let named = |json: &mut Json| {
            json.text("city", place.city);
            json.text("state", place.state);
            json.text("country", place.country);
        };
        if !is_old {
            json.nested("location", named);
        }
        json.nested("geoCoordinates", |json| {
            if let Some((latitude, longitude)) = place.at {
                json.raw("latitude", latitude);
                json.raw("longitude", longitude);
            }
            if is_old {
                named(json);
            }
        });
    }
}
