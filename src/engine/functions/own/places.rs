//! Functions of places on earth.

use super::function::{Function, Of, Type};

/// The mean radius of the earth in kilometres (source: IUGG).
const RADIUS: f64 = 6371.0088;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "geo_distance_km",
    also: &[],
    doc: "The distance between two places in kilometres along the surface, right to half a percent. NULL, if a place is none.",
    args: &[
        ("latitude1", Type::Float, "Degrees north of the first place."),
        ("longitude1", Type::Float, "Degrees east of the first place."),
        ("latitude2", Type::Float, "Degrees north of the second place."),
        ("longitude2", Type::Float, "Degrees east of the second place."),
    ],
    of: Of::Float(|args| {
        let [a, b, c, d] = [args[0].float(), args[1].float(), args[2].float(), args[3].float()];
        let is_place = |latitude: f64, longitude: f64| latitude.abs() <= 90.0 && longitude.abs() <= 360.0;
        if !is_place(a, b) || !is_place(c, d) {
            return None;
        }
        let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let share = half(a, c) + a.to_radians().cos() * c.to_radians().cos() * half(b, d);
        Some(2.0 * RADIUS * share.clamp(0.0, 1.0).sqrt().asin())
    }),
    examples: &[
        ("round(geo_distance_km(52.37, 4.90, 40.71, -74.01))", Some("5863.0")),
        ("geo_distance_km(91.0, 0.0, 0.0, 0.0)", None),
    ],
}];
