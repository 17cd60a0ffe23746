//! Sessions in memory: started, loaded when needed, swept when idle.

mod change_tools;
mod code;
mod end;
mod hand_over;
mod kept;
mod live;
mod load;
mod numbers;
mod start;
mod summary;
mod sweep;
mod table;
mod values;
mod view;

pub(crate) use kept::{Kept, Told};
pub(crate) use live::{Cast, LiveMocks, LiveSession, LiveTool, OpenCall, State, Work};
pub(crate) use start::can_run;
pub use summary::{SessionSummary, SpeechFacts};
pub(crate) use table::Sessions;
pub use values::SessionValues;
pub use view::{SessionView, ToolView};
