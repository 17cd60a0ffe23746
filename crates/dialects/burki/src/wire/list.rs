//! Lists of tools: filter, order, page (burki: 2.4, 2.5).

use std::cmp::Ordering;

use hookswitch_model::draft::Kind;
use serde_json::{Value, json};

use super::aliases::{TOOL_TYPES, kind_of};
use super::extras::Origin;
use super::query::Query;
use super::refusal::Refusal;
use super::style::Problem;
use super::tool::{View, display_name};

/// Most tools that a list without pages shows.
pub const MOST_ITEMS: usize = 1000;
/// What lists are sorted by, in the older API.
const V1_FIELDS: &[&str] = &[
    "name",
    "display_name",
    "created_at",
    "updated_at",
    "execution_count",
    "success_rate",
    "avg_execution_time",
];
/// The same in the newer one.
const SERVER_FIELDS: &[&str] = &["name", "display_name", "created_at", "updated_at", "execution_count"];

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// From 1.
    pub page: usize,
    /// Entries of a page.
    pub per_page: usize,
    /// Whether somebody asked for a page.
    pub is_paged: bool,
    /// Only these.
    pub kind: Option<Kind>,
    /// Only offered ones, or others.
    pub is_active: Option<bool>,
    /// A piece of name, display name or description.
    pub search: Option<String>,
    sort_by: &'static str,
    descending: bool,
}

impl ListQuery {
    /// Reads a query.
    pub fn read(mut query: Query, family: Origin) -> Result<Self, Refusal> {
        let is_v1 = family == Origin::V1;
        let is_paged = query.has("page") || query.has("per_page");
        let page = query.integer("page", 1, i64::from(u32::MAX)).unwrap_or(1);
        let per_page = query.integer("per_page", 1, 100).unwrap_or(if is_v1 { 12 } else { 20 });
        let kind = query.text("tool_type").filter(|word| !word.is_empty()).map(|word| kind_of(word, is_v1));
        if kind == Some(None) {
            query.note("tool_type", Problem::NotOneOf(TOOL_TYPES));
        }
        let is_active = query.boolean("is_active");
        let fields = if is_v1 { V1_FIELDS } else { SERVER_FIELDS };
        let sort_by = match query.text("sort_by") {
            Some(text) if is_v1 => fields.iter().copied().find(|field| *field == text).ok_or_else(|| {
                Refusal::bad(format!("Invalid sort_by field. Must be one of: {}", SERVER_FIELDS.join(", ")))
            }),
            Some(_) => Ok(query.word("sort_by", SERVER_FIELDS).unwrap_or("name")),
            None => Ok("name"),
        };
        let descending = query.word("sort_order", &["asc", "desc"]) == Some("desc");
        let search = query.text("search").filter(|text| !text.is_empty()).map(str::to_owned);
        query.finish()?;
        Ok(Self {
            page: usize::try_from(page).unwrap_or(usize::MAX),
            per_page: usize::try_from(per_page).unwrap_or(12),
            is_paged,
            kind: kind.flatten(),
            is_active,
            search,
            sort_by: sort_by?,
            descending,
        })
    }

    /// Whether counters decide the order.
    pub fn needs_stats(&self) -> bool {
        matches!(self.sort_by, "execution_count" | "success_rate" | "avg_execution_time")
    }

    /// Sorts tools; equal ones by their id.
    pub fn sort(&self, tools: &mut [View<'_>]) {
        tools.sort_by(|a, b| {
            let by_field = self.compare(a, b);
            let by_field = if self.descending { by_field.reverse() } else { by_field };
            by_field.then(a.tool.number.cmp(&b.tool.number))
        });
    }

    fn compare(&self, a: &View<'_>, b: &View<'_>) -> Ordering {
        match self.sort_by {
            "display_name" => display_name(&a.tool.draft).cmp(display_name(&b.tool.draft)),
            "created_at" => a.tool.created_at.cmp(&b.tool.created_at),
            "updated_at" => a.tool.updated_at.cmp(&b.tool.updated_at),
            "execution_count" => a.stats.count().cmp(&b.stats.count()),
            "success_rate" => a.stats.success_rate().total_cmp(&b.stats.success_rate()),
            "avg_execution_time" => a.stats.average.total_cmp(&b.stats.average),
            _ => a.tool.name.cmp(&b.tool.name),
        }
    }

    /// The entries of the page that was asked for.
    pub fn slice<'v, T>(&self, all: &'v [T]) -> &'v [T] {
        let start = self.page.saturating_sub(1).saturating_mul(self.per_page).min(all.len());
        &all[start..(start + self.per_page).min(all.len())]
    }

    /// `pagination`; the older API counts twice.
    pub fn pagination(&self, total: usize, family: Origin) -> Value {
        let pages = total.div_ceil(self.per_page);
        let (has_next, has_prev) = (self.page < pages, self.page > 1 && total > 0);
        let mut pagination = json!({"page": self.page, "per_page": self.per_page});
        if family == Origin::V1 {
            pagination["total"] = json!(total);
        }
        pagination["total_count"] = json!(total);
        pagination["total_pages"] = json!(pages);
        pagination["has_next"] = json!(has_next);
        pagination["has_prev"] = json!(has_prev);
        pagination["next_page"] = json!(has_next.then_some(self.page + 1));
        pagination["prev_page"] = json!(has_prev.then_some(self.page - 1));
        pagination
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::style::Style;

    fn read(pairs: &[(&str, &str)], family: Origin) -> Result<ListQuery, (u16, Value)> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ListQuery::read(Query::new(pairs), family).map_err(|refusal| refusal.render(Style::V1))
    }

    #[test]
    fn defaults_go_by_the_family() {
        let v1 = read(&[], Origin::V1).unwrap();
        assert_eq!((v1.page, v1.per_page, v1.is_paged), (1, 12, false));
        assert_eq!(read(&[("page", "2")], Origin::Server).unwrap().per_page, 20);
        assert!(read(&[("sort_by", "success_rate")], Origin::V1).unwrap().needs_stats());
    }

    #[test]
    fn wrong_values_are_refused() {
        let (status, body) = read(&[("sort_by", "size")], Origin::V1).unwrap_err();
        assert_eq!(status, 400);
        assert_eq!(
            body["detail"],
            json!(
                "Invalid sort_by field. Must be one of: name, display_name, created_at, updated_at, execution_count"
            )
        );
        let (status, body) = read(&[("per_page", "101")], Origin::V1).unwrap_err();
        assert_eq!((status, &body["detail"][0]["loc"]), (422, &json!(["query", "per_page"])));
        assert_eq!(read(&[("sort_by", "success_rate")], Origin::Server).unwrap_err().0, 422);
        assert_eq!(read(&[("tool_type", "x")], Origin::V1).unwrap_err().0, 422);
    }

    #[test]
    fn pages_end_empty() {
        let third = read(&[("page", "3"), ("per_page", "2")], Origin::V1).unwrap();
        assert_eq!(third.slice(&[1, 2, 3, 4, 5]), [5]);
        let none: [i32; 0] = [];
        assert_eq!(ListQuery { page: 9, ..third.clone() }.slice(&[1, 2, 3]), none);
        assert_eq!(
            third.pagination(5, Origin::V1),
            json!({"page": 3, "per_page": 2, "total": 5, "total_count": 5, "total_pages": 3, "has_next": false,
                "has_prev": true, "next_page": null, "prev_page": 2})
        );
        assert_eq!(ListQuery { page: 1, ..third }.pagination(0, Origin::Server)["total_pages"], json!(0));
    }
}
