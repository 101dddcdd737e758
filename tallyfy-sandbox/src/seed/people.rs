//! The organization with its members, guests, groups, tags and folders.
//!
//! Not here: templates and processes.

use chrono::Duration;
use serde_json::{Map, Value, json};

use super::{
    ADMIN, DISABLED, GROUP, GUEST, GUEST_CODE, LIGHT, ORGANIZATION, OTHER_GUEST, PROCESS, PROCESS_FOLDER,
    STANDARD, TAG, TEMPLATE, TEMPLATE_FOLDER, UNUSED_TAG, today,
};
use crate::state::organization::{Filing, Folder, Group, Guest, Member, Organization, Tag, Tagging};

/// Everything but templates, processes and tasks.
pub fn organization() -> Organization {
    let mut organization = Organization {
        id: ORGANIZATION.to_owned(),
        name: "Northwind".to_owned(),
        profile: profile(),
        ..Organization::default()
    };
    let members = [
        (ADMIN, "Ann", "Berg", "admin"),
        (STANDARD, "Ben", "Okoro", "standard"),
        (LIGHT, "Cleo", "Lindt", "light"),
        (DISABLED, "Dora", "Vance", "standard"),
    ];
    for (id, first, last, role) in members {
        organization.members.put(member(id, first, last, role));
    }
    for (id, email, code, first) in
        [(8120, GUEST, GUEST_CODE, "Kim"), (8121, OTHER_GUEST, "l33g4u6e8st0", "Lee")]
    {
        organization.guests.put(guest(id, email, code, first));
    }
    organization.groups.put(Group {
        id: GROUP.to_owned(),
        name: "Purchasing".to_owned(),
        description: "Who buys".to_owned(),
        members: vec![STANDARD, LIGHT],
        guests: vec![OTHER_GUEST.to_owned()],
        created_at: today() - Duration::days(100),
        last_updated: today() - Duration::days(50),
    });
    mark(&mut organization);
    organization
}

fn member(id: i64, first: &str, last: &str, role: &str) -> Member {
    let disabled = id == DISABLED;
    let profile = json!({ "timezone": "Europe/Berlin", "UTC_offset": "+02:00", "date_format": "dd/mm/yyyy" });
    Member {
        id,
        email: format!("{}@northwind.test", first.to_lowercase()),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        role: role.to_owned(),
        status: if disabled { "disabled" } else { "active" }.to_owned(),
        created_at: today() - Duration::days(400 - (id - ADMIN).min(9) * 10),
        last_updated: today() - Duration::days(2),
        invited_by: (id != ADMIN).then_some(ADMIN),
        disabled: disabled.then(|| (today() - Duration::days(30), ADMIN)),
        reactivated: None,
        is_default_admin: id == ADMIN,
        profile: object(profile),
    }
}

/// The administrator of the other organization.
pub fn foreign_admin() -> Member {
    Member {
        email: super::FOREIGN_MEMBER.to_owned(),
        is_default_admin: true,
        ..member(super::elsewhere::ADMIN, "Otto", "Zephyr", "admin")
    }
}

fn guest(id: i64, email: &str, code: &str, first: &str) -> Guest {
    Guest {
        id,
        email: email.to_owned(),
        code: code.to_owned(),
        first_name: Some(first.to_owned()),
        last_name: Some("Lund".to_owned()),
        created_at: today() - Duration::days(60),
        disabled: None,
        reactivated: None,
        details: object(json!({ "company_name": "Supplier" })),
    }
}

/// Tags and folders, and what they hold.
fn mark(organization: &mut Organization) {
    for (id, title, color) in [(TAG, "Urgent", "#c0392b"), (UNUSED_TAG, "Finance", "#2a6f97")] {
        organization.tags.put(Tag {
            id: id.to_owned(),
            title: title.to_owned(),
            color: Some(color.to_owned()),
            auto_generated: false,
            created_at: today() - Duration::days(200),
        });
    }
    for (id, subject_type, subject_id) in [(5517, "Checklist", TEMPLATE), (5518, "Run", PROCESS)] {
        organization.taggings.put(Tagging {
            id,
            tag_id: TAG.to_owned(),
            subject_type: subject_type.to_owned(),
            subject_id: subject_id.to_owned(),
        });
    }
    let folders = [(TEMPLATE_FOLDER, "Vendors", "checklist"), (PROCESS_FOLDER, "This year", "run")];
    for (position, (id, name, folder_type)) in (1..).zip(folders) {
        organization.folders.put(Folder {
            id: id.to_owned(),
            name: name.to_owned(),
            parent_id: None,
            folder_type: folder_type.to_owned(),
            position,
            created_at: today() - Duration::days(200),
        });
    }
    organization.filings.put(Filing {
        id: 9031,
        folder_id: PROCESS_FOLDER.to_owned(),
        subject_type: "Run".to_owned(),
        subject_id: PROCESS.to_owned(),
    });
    let key = json!({
        "id": 301, "key": "cost_center", "applies_to": "process", "field_type": "text",
        "key_type": "org", "is_required": false, "is_active": true,
    });
    organization.custom_field_keys.push(object(key));
    let values = object(json!({ "cost_center": "C-77" }));
    organization.custom_fields.insert(format!("run:{PROCESS}"), values);
}

/// Settings as `get_organization` shows them (platform:Organization).
fn profile() -> Map<String, Value> {
    let mut profile = object(json!({
        "industry": "Retail",
        "description": null,
        "address1": "Quay 1", "address2": null, "address3": null,
        "city": "Hamburg", "state": null, "country": "Germany", "zipcode": "20095",
        "slug": "northwind",
        "welcome_title": null, "welcome_description": null,
        "created_on": "2025-03-04T08:00:00Z", "created_at": "2025-03-04",
        "last_updated": "2026-08-09T12:00:00Z",
        "live_support_enabled": 1,
        "org_logo": null, "settings": null, "payment_state": null, "team_size": [1, 50],
        "signup_survey": null,
        "in_trial": false, "analytics_enabled": false, "limit_trial_features": false,
        "real_time_billing": false, "saml_enabled": false, "saml_login_url": null,
        "sso_default_role": null, "preferred_trial_plan": null, "google_analytics_id": null,
        "mixpanel_token": null, "plan_code": "pro", "auto_join_signups": false, "home_bg": null,
        "guest_onboarding_snippet": null, "maximum_group_assignment_limit": 30,
        "allow_user_invite": true, "allow_manage_groups": true,
    }));
    profile.extend(object(json!({
        "working_days": {
            "Monday": {}, "Tuesday": {}, "Wednesday": {}, "Thursday": {}, "Friday": {},
            "Saturday": null, "Sunday": null,
        },
        "deadline_setting": null, "wyiwyg": true,
        "cadence_days": ["mon", "tue"], "guest_cadence_days": null,
        "timezone": "Europe/Berlin",
        "default_deadline": { "type": "days", "value": 5 },
        "auto_archive": false, "auto_complete_tasks": false, "auto_complete_task_months": 18,
        "light_role_error_snippet": null, "azure_cognitive_service": null, "global_css": null,
        "error_404_template": null, "enable_custom_404_error": false, "enable_custom_smtp": false,
        "onboarding_template_id": null, "enable_onboarding_template": false,
        "disable_min_members_billing": false, "enable_light_users_billing": true,
        "webhook_date_field_format": "yyyy-MM-ddTHH:mm:ssZ",
        "purpose": null, "process_today": null, "restrict_blueprint_permissions": false,
        "auto_archive_processes_after": { "unit": "weeks", "value": 52 },
        "use_generative_ai": false, "homepage_snippet": null, "onboarding_snippet": null,
    })));
    profile
}

/// The entries of a JSON object.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
