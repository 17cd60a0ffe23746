//! Indexes and slices (2.3.3.2, 2.3.4.2).

/// Where an index points in an array of `length` items; negative ones count from the end.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let index = if index < 0 { index + length } else { index };
    usize::try_from(index).ok()
}

/// The indexes of a slice, in its direction.
pub(super) fn indexes(
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
    length: usize,
) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let normal = |index: i64| if index >= 0 { index } else { length + index };
    let (first, last) = if step >= 0 {
        let start = normal(start.unwrap_or(0)).clamp(0, length);
        (start, normal(end.unwrap_or(length)).clamp(0, length))
    } else {
        let start = start.map_or(length - 1, normal).clamp(-1, length - 1);
        (start, end.map_or(-1, normal).clamp(-1, length - 1))
    };
    let within = move |index: &i64| (step > 0 && *index < last) || (step < 0 && *index > last);
    std::iter::successors(Some(first), move |index| index.checked_add(step))
        .take_while(within)
        .filter_map(|index| usize::try_from(index).ok())
}
