//! The table of a run.

use std::path::Path;
use std::time::Duration;

use hookswitch_model::Stamp;

/// Everything after this line of the page is the last run.
const MARK: &str = "<!-- the last long run; written by scripts/fault.sh -->";

/// What a run came to.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) database: &'static str,
    pub(crate) seed: u64,
    pub(crate) took: Duration,
    pub(crate) rows: Vec<(&'static str, usize)>,
}

impl Table {
    /// As text for people.
    pub(crate) fn text(&self) -> String {
        let lines = self.rows.iter().map(|(name, count)| format!("  {name:<28}{count:>8}"));
        let head = format!("{}, seed {}, {} s:", self.database, self.seed, self.took.as_secs());
        std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn markdown(&self) -> String {
        let names: Vec<&str> = self.rows.iter().map(|(name, _)| *name).collect();
        let counts: Vec<String> = self.rows.iter().map(|(_, count)| count.to_string()).collect();
        format!(
            "{}, {}, seed {}, {} s:\n\n| {} |\n|{}\n| {} |\n",
            self.database,
            Stamp::now(),
            self.seed,
            self.took.as_secs(),
            names.join(" | "),
            "---:|".repeat(names.len()),
            counts.join(" | ")
        )
    }

    /// Puts the run under the mark of a page, below others of the same run.
    pub(crate) fn write_to(&self, page: &Path) {
        let text = std::fs::read_to_string(page).unwrap();
        let (method, runs) = text.split_once(MARK).expect("the page has no mark");
        let others = runs.split("\n\n\n").map(str::trim).filter(|run| !run.is_empty());
        let kept: Vec<&str> = others.filter(|run| !run.starts_with(self.database)).collect();
        let mut runs = kept.into_iter().map(str::to_owned).collect::<Vec<_>>();
        runs.push(self.markdown().trim_end().to_owned());
        runs.sort();
        std::fs::write(page, format!("{method}{MARK}\n\n{}\n", runs.join("\n\n\n"))).unwrap();
    }
}
