//! Files (assets): uploading, reading, deleting.
//!
//! Not here: attaching one to a form field (`state::form_values`).

use bytes::Bytes;
use serde_json::{Value, json};

use super::view::View;
use super::{Call, Content, Inside};
use crate::answer::{Answer, Body};
use crate::dates::Form;
use crate::state::Refused;
use crate::state::organization::Asset;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "upload_file" | "upload_asset" => Some(upload),
        "get_file" => Some(get_file),
        "download_file" => Some(download_file),
        "view_file" => Some(view_file),
        "delete_file" => Some(delete_file),
        "archive_file" => Some(delete_file),
        _ => None,
    }
}

/// Extensions that are taken (platform:Asset.upload_extensions).
const EXTENSIONS: [&str; 28] = [
    "xlsx", "xls", "pptx", "docx", "ppt", "doc", "rtf", "pdf", "txt", "mpga", "mov", "qt", "mp4", "webm",
    "jpg", "jpeg", "gif", "png", "ai", "psd", "zip", "xml", "xps", "dwg", "csv", "tif", "bmp", "oft",
];

/// The largest file (platform:upload_file).
const LARGEST: usize = 102_400 * 1024;

/// One part of a multipart body.
struct Part {
    name: String,
    filename: Option<String>,
    bytes: Bytes,
}

/// The file's part is called `name`, not `file` (platform:upload_file). A repeat stores another copy.
fn upload(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let parts = match call.request.content {
        Content::Multipart(boundary, bytes) => parts(boundary, bytes),
        _ => Vec::new(),
    };
    let mut errors = Vec::new();
    let text = |name: &str| {
        let part = parts.iter().find(|part| part.name == name && part.filename.is_none());
        part.map(|part| String::from_utf8_lossy(&part.bytes).into_owned()).filter(|text| !text.is_empty())
    };
    let file = parts.iter().find(|part| part.name == "name" && part.filename.is_some());
    let filename = file.and_then(|file| file.filename.clone()).unwrap_or_default();
    let extension = filename.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
    if file.is_none() {
        errors.push(("name".to_owned(), json!("The name field is required.")));
    } else if !extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) {
        errors.push(("name".to_owned(), json!("The name must be a file of an allowed type.")));
    }
    if file.is_some_and(|file| file.bytes.len() > LARGEST) {
        errors.push(("name".to_owned(), json!("The name may not be greater than 102400 kilobytes.")));
    }
    for key in ["uploaded_from", "subject_type", "subject_id"] {
        if text(key).is_none() {
            errors.push((key.to_owned(), json!(format!("The {} field is required.", key.replace('_', " ")))));
        }
    }
    let (subject_type, subject_id) = (text("subject_type"), text("subject_id"));
    if !subject_exists(call, subject_type.as_deref(), subject_id.as_deref()) {
        errors.push(("subject_id".to_owned(), json!("The selected subject id is invalid.")));
    }
    if !errors.is_empty() {
        return Err(Refused::Invalid(errors));
    }
    let asset = Asset {
        id: call.context.ids.hex(),
        filename,
        uploaded_from: text("uploaded_from").unwrap_or_default(),
        uploaded_at: call.context.now,
        step_id: text("step_id"),
        source: text("source").unwrap_or_else(|| "local".to_owned()),
        system: text("system"),
        subject_type: subject_type.unwrap_or_default(),
        subject_id: subject_id.unwrap_or_default(),
        bytes: file.map(|file| file.bytes.clone()).unwrap_or_default(),
    };
    let row = call.view().asset(&asset);
    call.organization.assets.put(asset);
    Ok(Answer::item(row))
}

/// Letter case counts (platform:upload_file).
fn subject_exists(call: &Call<'_>, kind: Option<&str>, id: Option<&str>) -> bool {
    let id = id.unwrap_or_default();
    match kind {
        Some("Checklist") => call.organization.templates.get(id).is_some(),
        Some("Run") => call.organization.processes.get(id).is_some(),
        Some("Task") => call.organization.tasks.get(id).is_some(),
        _ => false,
    }
}

fn of_path<'a>(call: &'a Call<'_>) -> Result<&'a Asset, Refused> {
    call.organization.assets.get(call.param("file")).ok_or(Refused::Missing)
}

fn get_file(call: &mut Call<'_>) -> Result<Answer, Refused> {
    Ok(Answer::item(call.view().asset(of_path(call)?)))
}

fn download_file(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let asset = of_path(call)?;
    let name = asset.filename.replace(['"', '\r', '\n'], "_");
    let disposition = format!("attachment; filename=\"{name}\"");
    let answer = Answer {
        headers: vec![("Content-Disposition", disposition)],
        body: Body::Bytes("application/octet-stream", asset.bytes.clone()),
        ..Answer::empty()
    };
    // Every download is an activity (platform:download_file).
    call.context.effect("file.downloaded", call.request.param("file"));
    Ok(answer)
}

/// 404 for a file on a task of a running process (platform:view_file, mcp-newer:server/tools/file_management.py).
fn view_file(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let asset = of_path(call)?;
    let process = call.organization.processes.get(&asset.subject_id);
    let running = process.is_some_and(|one| one.completed_at.is_none() && one.archived_at.is_none());
    if running && call.context.quirks.files_of_running_processes_are_not_shown {
        return Err(Refused::Missing);
    }
    let media = match asset.filename.rsplit_once('.').map(|(_, extension)| extension) {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("csv") => "text/csv",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    };
    Ok(Answer { body: Body::Bytes(media, asset.bytes.clone()), ..Answer::empty() })
}

fn delete_file(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.organization.assets.remove(call.param("file")).ok_or(Refused::Missing)?;
    Ok(Answer::empty())
}

impl View<'_> {
    /// A file, its date with milliseconds (docs:open-api/code-samples/files).
    pub fn asset(&self, asset: &Asset) -> Value {
        json!({
            "id": asset.id,
            "filename": asset.filename,
            "version": 1,
            "uploaded_from": asset.uploaded_from,
            "uploaded_at": self.date(asset.uploaded_at, Form::Millis),
            "step_id": asset.step_id,
            "source": asset.source,
            "system": asset.system,
            "uploaded_to_s3": true,
            "subject": { "id": asset.subject_id, "type": asset.subject_type },
        })
    }
}

/// Takes a multipart body apart; what does not follow the form is left out.
fn parts(boundary: &str, body: &Bytes) -> Vec<Part> {
    let marker = format!("--{boundary}");
    let mut found = Vec::new();
    if boundary.is_empty() {
        return found;
    }
    let starts: Vec<usize> = places(body, marker.as_bytes()).collect();
    for pair in starts.windows(2) {
        let inner = body.slice(pair[0] + marker.len()..pair[1]);
        let Some(split) = places(&inner, b"\r\n\r\n").next() else { continue };
        let head = String::from_utf8_lossy(&inner[..split]).into_owned();
        let end = inner.len().saturating_sub(2).max(split + 4);
        let bytes = inner.slice((split + 4).min(end)..end.min(inner.len()));
        if let Some(name) = attribute(&head, "name") {
            found.push(Part { name, filename: attribute(&head, "filename"), bytes });
        }
    }
    found
}

/// Where the needle starts, one place after another.
fn places<'a>(haystack: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let first = needle.first()?;
        loop {
            // Looking for one byte first is much faster in a file of a hundred megabytes.
            let at = from + haystack.get(from..)?.iter().position(|byte| byte == first)?;
            from = at + 1;
            if haystack[at..].starts_with(needle) {
                return Some(at);
            }
        }
    })
}

/// `name="value"` of a Content-Disposition line.
fn attribute(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("content-disposition:"))?;
    let mut entries = line.split(';').map(str::trim);
    let value = entries.find_map(|entry| entry.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::parts;

    #[test]
    fn parts_are_taken_apart_byte_for_byte() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"name\"; filename=\"f.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\n\r\n\r\n--x--\r\n";
        let parts = parts("x", &Bytes::from(body));
        assert_eq!((parts[0].name.as_str(), parts[0].bytes.as_ref()), ("a", &b"one"[..]));
        assert_eq!(parts[1].filename.as_deref(), Some("f.txt"));
        assert_eq!(parts[1].bytes.as_ref(), b"\r\n");
    }

    #[test]
    fn broken_bodies_have_no_parts() {
        for body in ["", "--x", "--x--x", "--x\r\n\r\n--x", "no marker"] {
            assert!(parts("x", &Bytes::from(body)).is_empty(), "{body}");
            assert!(parts("", &Bytes::from(body)).is_empty(), "{body}");
        }
    }
}
