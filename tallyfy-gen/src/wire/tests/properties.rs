//! What must hold for any input: no panic, and what was read reads back the same.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::enums::Status;
use super::{Reader, reader};
use crate::wire::{
    CommaList, CountryRef, Date, GroupRef, GuestRef, Id, Item, List, MemberRef, OneOrMany, Progress,
    Timestamp,
};

/// Any JSON, leaning to the keys and texts that the readers look at.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        ".*",
        "[ -]?[0-9]{0,20}(\\.[0-9]{1,3})?",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.]{0,12}[Z+-]?[0-9:]{0,5}",
        Just("true".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Eighths are exact in text; serde_json may lose the last bit of other floats.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        text.prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("data".to_owned()),
        Just("id".to_owned()),
        Just("meta".to_owned()),
        Just("percent".to_owned()),
        "[0-2]",
        ".{0,3}",
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// What is read and written must read as the same again.
fn settles<T>(read: Reader<T>, json: &Value) -> Result<(), TestCaseError>
where
    T: Serialize + PartialEq + std::fmt::Debug,
{
    if let Ok(first) = read(&json.to_string()) {
        let written = serde_json::to_string(&first).expect("what was read can be written");
        prop_assert_eq!(read(&written).ok(), Some(first), "{} -> {}", json, written);
    }
    Ok(())
}

fn typed<T: DeserializeOwned>(json: &str) -> serde_json::Result<T> {
    serde_json::from_str(json)
}

/// A bare list is written framed, so the places in it are others.
fn list_of_ids(json: &str) -> serde_json::Result<List<Id>> {
    let mut list: List<Id> = serde_json::from_str(json)?;
    list.unreadable.clear();
    Ok(list)
}

proptest! {
    #[test]
    fn field_readers_settle_on_any_json(json in any_json()) {
        settles(reader!(super::strict::integer), &json)?;
        settles(reader!(super::strict::flag), &json)?;
        settles(reader!(super::strict::text), &json)?;
        settles(reader!(super::strict::integers), &json)?;
        settles(reader!(super::strict::texts), &json)?;
        settles(reader!(super::strict::value), &json)?;
        settles(reader!(super::strict::id_text), &json)?;
        settles(reader!(super::strict::id_integer), &json)?;
        settles::<Option<Status>>(reader!(super::strict::open_enum), &json)?;
        settles::<Option<Vec<Id>>>(reader!(super::strict::list), &json)?;
        // An object with a key `data` of its own is the one that cannot be told from a wrapper.
        if !json.to_string().contains("\"data\"") {
            settles::<Option<MemberRef>>(reader!(super::strict::object), &json)?;
            settles::<Option<Box<GroupRef>>>(reader!(super::strict::boxed), &json)?;
        }
        settles::<Option<BTreeMap<String, Value>>>(reader!(super::strict::map), &json)?;
    }

    #[test]
    fn types_settle_on_any_json(json in any_json()) {
        settles(typed::<Id>, &json)?;
        settles(typed::<Status>, &json)?;
        settles(typed::<MemberRef>, &json)?;
        settles(typed::<GroupRef>, &json)?;
        settles(typed::<GuestRef>, &json)?;
        settles(typed::<CountryRef>, &json)?;
        settles(typed::<OneOrMany<Id>>, &json)?;
        settles(list_of_ids, &json)?;
        settles(typed::<Item<Id>>, &json)?;
        settles(typed::<Date>, &json)?;
    }

    #[test]
    fn a_wrapped_list_or_object_is_the_bare_one(items in prop::collection::vec(any::<i64>(), 0..5)) {
        let wrapped = json!({"data": items}).to_string();
        let read: Reader<Option<Vec<i64>>> = reader!(super::strict::list);
        prop_assert_eq!(read(&wrapped).expect("reads"), Some(items.clone()));
        let page: List<i64> = serde_json::from_str(&wrapped).expect("reads");
        prop_assert_eq!(page.data, items);
    }

    #[test]
    fn any_object_is_the_same_bare_and_wrapped(
        mut map in prop::collection::btree_map("[a-c]{1,2}", any::<i64>(), 1..4),
        id in any::<i64>(),
    ) {
        map.insert("id".to_owned(), id);
        let read: Reader<Option<MemberRef>> = reader!(super::strict::object);
        let bare = read(&json!(map).to_string()).expect("reads").expect("a member");
        prop_assert_eq!(bare.id, id);
        prop_assert_eq!(json!(bare), json!(map));
        prop_assert_eq!(read(&json!({"data": map}).to_string()).expect("reads"), Some(bare));
    }

    #[test]
    fn any_text_is_a_timestamp_and_texts_come_back_whole(text in ".*") {
        let json = json!(text);
        let stamp: Timestamp = serde_json::from_value(json.clone()).expect("any text reads");
        let date: Date = serde_json::from_value(json.clone()).expect("any text reads");
        prop_assert_eq!(stamp.to_utc().is_some(), date.to_naive().is_some());
        if stamp.as_text().is_some() {
            prop_assert_eq!(json!(stamp), json.clone());
            prop_assert_eq!(json!(date), json);
        }
    }

    #[test]
    fn any_instant_of_four_digit_years_comes_back_to_the_second(
        seconds in -62_167_219_200_i64..=253_402_300_799,
        nanos in 0_u32..1_000_000_000,
    ) {
        let instant: DateTime<Utc> = DateTime::from_timestamp(seconds, nanos).expect("in range");
        let written = json!(Timestamp::from(instant));
        let back: Timestamp = serde_json::from_value(written).expect("reads");
        prop_assert_eq!(back.to_utc(), DateTime::from_timestamp(seconds, 0));
    }

    #[test]
    fn iso_forms_agree_with_chrono(
        seconds in -62_135_596_800_i64..=253_402_214_400,
        nanos in 0_u32..1_000_000_000,
        offset in -86_340_i32..=86_340,
    ) {
        let zone = chrono::FixedOffset::east_opt(offset / 60 * 60).expect("under a day");
        let instant = DateTime::from_timestamp(seconds, nanos).expect("in range").with_timezone(&zone);
        prop_assume!((0..=9999).contains(&chrono::Datelike::year(&instant)));
        let stamp: Timestamp = instant.to_rfc3339().parse().expect("RFC 3339");
        prop_assert_eq!(stamp.to_utc(), Some(instant.to_utc()));
        let date: Date = instant.to_rfc3339().parse().expect("RFC 3339");
        prop_assert_eq!(date.to_naive(), Some(instant.date_naive()));
    }

    #[test]
    fn any_list_of_plain_texts_comes_back_through_commas(values in prop::collection::vec("[^,]{1,8}", 0..6)) {
        let list = CommaList::from(values.clone());
        let written = serde_json::to_string(&list).expect("writes");
        let back: CommaList<String> = serde_json::from_str(&written).expect("reads");
        prop_assert_eq!(back.into_vec(), values);
    }

    #[test]
    fn any_text_comes_back_from_an_open_enum(text in ".*") {
        let status = Status::from(text.as_str());
        prop_assert_eq!(status.as_str(), &text);
        prop_assert_eq!(json!(status), json!(text));
        prop_assert_eq!(matches!(status, Status::Unknown(_)), text != "not-started" && text != "completed");
    }

    #[test]
    fn progress_settles_on_any_percentage(percent in -1e6_f64..1e6, bare in any::<bool>()) {
        let json = if bare { json!(percent) } else { json!({"percent": percent}) };
        let progress: Progress = serde_json::from_value(json.clone()).expect("reads");
        prop_assert_eq!(progress.percent, Some(percent));
        prop_assert_eq!(json!(progress), json);
    }
}
