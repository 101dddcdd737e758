//! Organizations as objects. What is inside one has files of its own.

use tallyfy_gen::types::GetOrganization;

use super::{call, list};
use crate::{Call, Client, Lister, Organization, model::OrganizationDetails, request::ListOrganizations};

impl Client {
    /// The organizations that the token's owner belongs to.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// for organization in client.organizations(Default::default()).all().await? {
    ///     println!("{} {}", organization.id, organization.name.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `GET /me/organizations`, repeatable; 10 a page unless told otherwise.
    ///
    /// # Errors
    /// [`is_auth`](crate::Error::is_auth). Reading changes nothing.
    pub fn organizations(&self, query: ListOrganizations) -> Lister<OrganizationDetails> {
        list!(self, list_my_organizations(), query)
    }
}

impl Organization {
    /// The organization's profile and settings.
    ///
    /// `GET /organizations/{org}`, repeatable.
    ///
    /// # Errors
    /// [`is_permission`](crate::Error::is_permission) when the token's owner is no member.
    pub fn details(&self) -> Call<OrganizationDetails> {
        let (org, query) = (&self.id, GetOrganization::new());
        call!(item, &self.client, get_organization(org), query)
    }
}
