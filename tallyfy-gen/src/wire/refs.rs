//! [`MemberRef`], [`GroupRef`], [`GuestRef`], [`CountryRef`]: a bare id or name in some answers, an object in
//! others. Not here: whole members, groups and guests, which are generated.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::read::{Nothing, Parsed, Read, Scalar, raw_object, required};
use super::scalar::{IdInteger, IdText};

/// A member in a list of assignees or participants.
///
/// Reads of a task give integers, its list, create and update samples give objects
/// (docs:open-api/code-samples/tasks), webhooks give `{user_id, full_name}`
/// (docs:webhooks/webhook-payload-structure). Written as it came: the bare integer, or the object.
///
/// ```
/// use tallyfy_gen::wire::MemberRef;
///
/// let bare: MemberRef = serde_json::from_str("1001")?;
/// let object: MemberRef = serde_json::from_str(r#"{"id": 1001, "full_name": "Kim Lund"}"#)?;
/// assert_eq!((bare.id, object.id), (1001, 1001));
/// assert_eq!(object.text("full_name"), Some("Kim Lund"));
/// assert_eq!(serde_json::to_string(&bare)?, "1001");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MemberRef {
    /// The member's id.
    pub id: i64,
    /// The object as it came, its id included; empty when a bare id came.
    pub details: Map<String, Value>,
}

impl MemberRef {
    /// One of the details, when it is text: `full_name`, `email`, `profile_pic`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.details.get(key)?.as_str()
    }
}

impl From<i64> for MemberRef {
    fn from(id: i64) -> Self {
        Self { id, details: Map::new() }
    }
}

impl Serialize for MemberRef {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.details.is_empty() { s.serialize_i64(self.id) } else { self.details.serialize(s) }
    }
}

impl<'de> Deserialize<'de> for MemberRef {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de> Read<'de> for MemberRef {
    type Value = Self;
    const EXPECTED: &'static str = "a member: an integer id, or an object with id or user_id";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        IdInteger::scalar(scalar).map(Self::from).expecting(Self::EXPECTED)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        let details = raw_object(first, map)?;
        Ok(match named::<IdInteger>(&details, &["id", "user_id"]) {
            Some(id) => Parsed::whole(Self { id, details }),
            None => unnamed(details, Self::EXPECTED),
        })
    }
}

/// A group in a list of assignees or participants.
///
/// An id in reads of tasks and processes, `{group_id, name}` in webhooks
/// (docs:webhooks/webhook-payload-structure), `{id, name, ..}` as an include of a member. Written as it
/// came: the bare id, or the object.
///
/// ```
/// use tallyfy_gen::wire::GroupRef;
///
/// let buyers: GroupRef = serde_json::from_str(r#"{"group_id": "5b0c", "name": "Buyers"}"#)?;
/// assert_eq!(buyers.id, "5b0c");
/// assert_eq!(buyers.text("name"), Some("Buyers"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GroupRef {
    /// The group's id.
    pub id: String,
    /// The object as it came, its id included; empty when a bare id came.
    pub details: Map<String, Value>,
}

impl GroupRef {
    /// One of the details, when it is text: `name`, `logo`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.details.get(key)?.as_str()
    }
}

impl From<&str> for GroupRef {
    fn from(id: &str) -> Self {
        Self::from(id.to_owned())
    }
}

impl From<String> for GroupRef {
    fn from(id: String) -> Self {
        Self { id, details: Map::new() }
    }
}

impl Serialize for GroupRef {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.details.is_empty() { s.serialize_str(&self.id) } else { self.details.serialize(s) }
    }
}

impl<'de> Deserialize<'de> for GroupRef {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de> Read<'de> for GroupRef {
    type Value = Self;
    const EXPECTED: &'static str = "a group: an id, or an object with id or group_id";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        IdText::scalar(scalar).map(Self::from).expecting(Self::EXPECTED)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        let details = raw_object(first, map)?;
        Ok(match named::<IdText>(&details, &["id", "group_id"]) {
            Some(id) => Parsed::whole(Self { id, details }),
            None => unnamed(details, Self::EXPECTED),
        })
    }
}

/// A guest in a group.
///
/// An email; an object with it, most likely, when the read asks for `with=guests`, which is documented
/// without a sample (docs:open-api/code-samples/groups/list-groups). Written as it came.
///
/// ```
/// use tallyfy_gen::wire::GuestRef;
///
/// let bare: GuestRef = serde_json::from_str("\"kim@lund.test\"")?;
/// let object: GuestRef = serde_json::from_str(r#"{"email": "kim@lund.test", "first_name": "Kim"}"#)?;
/// assert_eq!(bare.email, object.email);
/// assert_eq!(object.text("first_name"), Some("Kim"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GuestRef {
    /// The guest's email.
    pub email: String,
    /// The object as it came, its email included; empty when a bare email came.
    pub details: Map<String, Value>,
}

impl GuestRef {
    /// One of the details, when it is text: `first_name`, `last_name`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.details.get(key)?.as_str()
    }
}

impl From<&str> for GuestRef {
    fn from(email: &str) -> Self {
        Self::from(email.to_owned())
    }
}

impl From<String> for GuestRef {
    fn from(email: String) -> Self {
        Self { email, details: Map::new() }
    }
}

impl Serialize for GuestRef {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.details.is_empty() { s.serialize_str(&self.email) } else { self.details.serialize(s) }
    }
}

impl<'de> Deserialize<'de> for GuestRef {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de> Read<'de> for GuestRef {
    type Value = Self;
    const EXPECTED: &'static str = "a guest: an email, or an object with email";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        match scalar {
            Scalar::Text(email) => Parsed::whole(Self::from(email)),
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        let details = raw_object(first, map)?;
        Ok(match details.get("email").and_then(Value::as_str).map(str::to_owned) {
            Some(email) => Parsed::whole(Self { email, details }),
            None => unnamed(details, Self::EXPECTED),
        })
    }
}

/// The country of a member.
///
/// A text in older answers (pp:definition User), an object as an include (py:models.User). Written as it
/// came: the text, or the object.
///
/// ```
/// use tallyfy_gen::wire::CountryRef;
///
/// let text: CountryRef = serde_json::from_str("\"Germany\"")?;
/// let object: CountryRef = serde_json::from_str(r#"{"id": 82, "name": "Germany", "iso2": "DE"}"#)?;
/// assert_eq!(text.name, object.name);
/// assert_eq!(object.text("iso2"), Some("DE"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CountryRef {
    /// The country's name; an object may come without.
    pub name: Option<String>,
    /// The object as it came, its name included; empty when a bare text came.
    pub details: Map<String, Value>,
}

impl CountryRef {
    /// One of the details, when it is text: `iso2`, `phone_code`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.details.get(key)?.as_str()
    }
}

impl Serialize for CountryRef {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.details.is_empty() { self.name.serialize(s) } else { self.details.serialize(s) }
    }
}

impl<'de> Deserialize<'de> for CountryRef {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de> Read<'de> for CountryRef {
    type Value = Self;
    const EXPECTED: &'static str = "a country: a text, or an object";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        match scalar {
            Scalar::Text(name) => Parsed::whole(Self { name: Some(name.to_owned()), details: Map::new() }),
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        let details = raw_object(first, map)?;
        if details.is_empty() {
            return Ok(Parsed::nothing(Nothing::Object));
        }
        let name = details.get("name").and_then(Value::as_str).map(str::to_owned);
        Ok(Parsed::whole(Self { name, details }))
    }
}

/// The id in an object: the first of the keys that names one.
fn named<'de, R: Read<'de>>(details: &Map<String, Value>, keys: &[&str]) -> Option<R::Value> {
    keys.iter().find_map(|key| R::scalar(Scalar::of(details.get(*key)?)?).value)
}

/// Somebody without an id, as a member who was deleted (`{"id": null, "full_name": ..}`): nobody who could be named.
fn unnamed<T>(details: Map<String, Value>, expected: &'static str) -> Parsed<T> {
    match details.is_empty() {
        true => Parsed::nothing(Nothing::Object),
        false => Parsed::unfit(Value::Object(details), expected),
    }
}
