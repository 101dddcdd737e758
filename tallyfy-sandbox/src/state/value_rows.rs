//! Stored answers as rows of their own. No read of the service shows their ids
//! (processes_tasks:set_form_field_value); `Sandbox::dump` does.
//!
//! Not here: checking and storing an answer (`form_values`).

use serde_json::Value;

use super::organization::Organization;
use super::task::Task;
use super::template::Field;

/// More fields than this a task never has.
const PLACES: i64 = 1000;

/// The rows of a task: number, field, answer. A field that was never filled has none.
pub fn of_task(task: &Task) -> impl Iterator<Item = (i64, &Field, &Value)> {
    (1..PLACES).zip(&task.fields).filter_map(move |(place, field)| {
        Some((task.increment_id.saturating_mul(PLACES) + place, field, task.taskdata.get(&field.id)?))
    })
}

/// The task and the field of a row.
pub fn find(organization: &Organization, id: i64) -> Option<(String, String)> {
    let task = organization.tasks.iter().find(|task| task.increment_id == id / PLACES)?;
    let (_, field, _) = of_task(task).find(|(number, ..)| *number == id)?;
    Some((task.id.clone(), field.id.clone()))
}
