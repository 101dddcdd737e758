//! Members of an organization. Guests are not members.

use tallyfy_gen::types::GetMember;

use super::{call, list};
use crate::{Call, Lister, Organization, id::MemberId, model::Member, request::ListMembers};

impl Organization {
    /// The members of the organization.
    pub fn members(&self) -> Members {
        Members { organization: self.clone() }
    }
}

/// The members of an organization; see [`Organization::members`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use futures::TryStreamExt;
///
/// let mut members = organization.members().list(Default::default()).items();
/// while let Some(member) = members.try_next().await? {
///     println!("{} {}", member.id, member.email.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[doc(alias = "users")]
#[derive(Clone, Debug)]
pub struct Members {
    organization: Organization,
}

impl Members {
    /// Everybody, of every status.
    ///
    /// `GET /organizations/{org}/users`, repeatable.
    ///
    /// # Errors
    /// [`is_permission`](crate::Error::is_permission) when the token's owner is no member. Reading changes nothing.
    pub fn list(&self, query: ListMembers) -> Lister<Member> {
        let org = &self.organization.id;
        list!(&self.organization.client, list_users(org), query)
    }

    /// One member.
    ///
    /// `GET /organizations/{org}/users/{user}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown member.
    pub fn get(&self, member: impl Into<MemberId>) -> Call<Member> {
        let (org, user, query) = (&self.organization.id, member.into(), GetMember::new());
        call!(item, &self.organization.client, get_user(org, user), query)
    }
}
