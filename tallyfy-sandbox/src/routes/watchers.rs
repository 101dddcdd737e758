//! Watch subscriptions: stored and shown.
//!
//! Not here: calling their addresses (`webhooks`), `member_watchers` includes, whose shape no source shows.

use serde_json::{Value, json};

use super::input::Input;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::state::Refused;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_watcher" => Some(create_watcher),
        "list_watchers" => Some(list_watchers),
        "delete_watcher" => Some(delete_watcher),
        _ => None,
    }
}

/// Organization-wide ones are for administrators (platform:add_watcher).
fn create_watcher(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let user: i64 = call.param("user").parse().map_err(|_| Refused::Missing)?;
    call.organization.members.get(&user).ok_or(Refused::Missing)?;
    // The member of the path is the caller (platform:add_watcher).
    if user != call.context.caller {
        let text = "Unauthorized action";
        return Err(match call.context.quirks.business_refusals_may_be_401 {
            true => Refused::Unauthorized(text.to_owned()),
            false => Refused::Forbidden(text.to_owned()),
        });
    }
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["object_type", "object_id", "notification_type", "frequency"] {
        input.require(key);
    }
    let (object_type, object_id) = (input.text("object_type", 255), input.text("object_id", 255));
    let kind = input.text("notification_type", 255);
    let frequency = input.word("frequency", &["electric", "mindful", "chilled"]);
    if kind.as_deref() == Some("webhook") {
        input.require("webhook");
    }
    let webhook = input.text("webhook", usize::MAX);
    let of_organization = object_type.as_deref() == Some("organization");
    // The caller's own (platform:add_watcher).
    if of_organization && object_id.as_ref().is_some_and(|id| *id != call.organization.id) {
        input.wrong("object_id", "The selected object id is invalid.");
    }
    input.finish()?;
    if of_organization {
        call.must_be_admin()?;
    }
    let row = json!({
        "id": call.context.ids.number(),
        "object_type": object_type,
        "object_id": object_id,
        "notification_type": kind,
        "frequency": frequency,
        "webhook": webhook,
    });
    call.organization.watchers.push(row.clone());
    Ok(Answer::item(row))
}

fn list_watchers(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let kind = call.query().get("notification");
    let wanted = |row: &&Value| kind.is_none_or(|kind| row["notification_type"] == kind);
    Ok(Answer::whole(call.organization.watchers.iter().filter(wanted).cloned().collect()))
}

fn delete_watcher(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id: i64 = call.param("watcher").parse().map_err(|_| Refused::Missing)?;
    let before = call.organization.watchers.len();
    call.organization.watchers.retain(|row| row["id"] != id);
    if call.organization.watchers.len() < before { Ok(Answer::empty()) } else { Err(Refused::Missing) }
}
