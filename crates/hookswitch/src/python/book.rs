//! What is remembered of Python packages, in the database: all servers resolve to the same versions.

use std::time::Duration;

use hookswitch_model::Stamp;
use hookswitch_pyenv::{Book, Record, State, Writing};
use hookswitch_store::{PythonPackages, Store};

/// What nobody has used for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_hours(24 * 400);

/// The table of the store.
#[derive(Debug, Clone)]
pub(super) struct StoreBook(pub(super) Store);

impl Book for StoreBook {
    fn load(&self, most: u32) -> Writing<'_, Vec<Record>> {
        Box::pin(async move {
            let micros = i64::try_from(FORGOTTEN.as_micros()).unwrap_or(i64::MAX);
            let oldest = Stamp::from_micros(Stamp::now().micros().saturating_sub(micros));
            let known = self.0.python_packages_any_tenant(most, oldest).await;
            Ok(known.map_err(|error| error.to_string())?.into_iter().map(read).collect())
        })
    }

    fn save(&self, record: Record) -> Writing<'_, ()> {
        Box::pin(async move {
            let (state, reason) = match record.state {
                State::Building => ("building", None),
                State::Ready => ("ready", None),
                State::Failed(why) => ("failed", Some(why)),
            };
            let (key, requirements, lock) = (record.key, record.requirements, record.lock);
            let packages = PythonPackages { key, requirements, lock, state: state.to_owned(), reason };
            let saved = self.0.save_python_packages_any_tenant(&packages, Stamp::now()).await;
            saved.map_err(|error| error.to_string())
        })
    }

    fn touch(&self, key: String) -> Writing<'_, ()> {
        Box::pin(async move {
            let touched = self.0.touch_python_packages_any_tenant(&key, Stamp::now()).await;
            touched.map_err(|error| error.to_string())
        })
    }
}

fn read(packages: PythonPackages) -> Record {
    let state = match (packages.state.as_str(), packages.reason) {
        ("failed", why) => State::Failed(why.unwrap_or_default()),
        ("ready", _) => State::Ready,
        _ => State::Building,
    };
    Record { key: packages.key, requirements: packages.requirements, lock: packages.lock, state }
}
