//! How the packages of Python tools stand, put beside the tools that are shown.

use hookswitch_model::Scope;
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::SavedTool;

use crate::NativeState;
use crate::wire::tool::{SavedToolView, Tool};

/// A tool as it is shown.
pub(super) async fn shown(state: &NativeState, scope: Scope, tool: StoredTool) -> Tool {
    let mut tool = Tool::from(tool);
    note(state, scope, &mut tool).await;
    tool
}

/// A tool that was just saved, as it is shown.
pub(super) async fn shown_saved(state: &NativeState, scope: Scope, saved: SavedTool) -> SavedToolView {
    let mut saved = SavedToolView::from(saved);
    note(state, scope, &mut saved.tool).await;
    saved
}

async fn note(state: &NativeState, scope: Scope, tool: &mut Tool) {
    if let Some(python) = &tool.definition.python {
        tool.packages = state.engine().package_state(scope, python).await.map(Into::into);
    }
}
