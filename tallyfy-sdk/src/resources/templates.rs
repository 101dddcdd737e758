//! Templates. Their steps are in `steps.rs`; launching one is in `processes.rs`.

use super::{call, list};
use crate::{
    Call, Lister, Organization,
    id::TemplateId,
    model::Template,
    request::{GetTemplate, ListTemplates},
};

impl Organization {
    /// The templates of the organization.
    #[doc(alias = "checklists", alias = "blueprints")]
    pub fn templates(&self) -> Templates {
        Templates { organization: self.clone() }
    }

    /// What belongs to one template.
    #[doc(alias = "checklist", alias = "blueprint")]
    pub fn template(&self, id: impl Into<TemplateId>) -> OfTemplate {
        OfTemplate { organization: self.clone(), id: id.into() }
    }
}

/// The templates of an organization; see [`Organization::templates`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use tallyfy_sdk::request::ListTemplates;
///
/// for template in organization.templates().list(ListTemplates::new().q("onboarding")).all().await? {
///     println!("{} {}", template.id, template.title.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Templates {
    organization: Organization,
}

impl Templates {
    /// Templates, pinned ones first. Archived ones are left out unless `archived` is set.
    ///
    /// `GET /organizations/{org}/checklists`, repeatable; 10 a page unless told otherwise.
    ///
    /// # Errors
    /// [`is_permission`](crate::Error::is_permission) when the token's owner is no member. Reading changes nothing.
    pub fn list(&self, query: ListTemplates) -> Lister<Template> {
        let org = &self.organization.id;
        list!(&self.organization.client, list_checklists(org), query)
    }

    /// One template, with its kick-off fields. An archived one counts as not found.
    ///
    /// `GET /organizations/{org}/checklists/{checklist}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown, archived or hidden template.
    pub fn get(&self, id: impl Into<TemplateId>) -> Call<Template> {
        self.get_with(id, GetTemplate::new())
    }

    /// One template with includes, its steps say; all steps come in one answer.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::request::{GetTemplate, TemplateInclude};
    ///
    /// let query = GetTemplate::new().with([TemplateInclude::Steps]);
    /// let template = organization.templates().get_with("0d95b3f6e82c47a1b7e40c6d1f38a927", query).await?;
    /// println!("{} steps", template.steps.unwrap_or_default().len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `GET /organizations/{org}/checklists/{checklist}`, repeatable.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_with(&self, id: impl Into<TemplateId>, query: GetTemplate) -> Call<Template> {
        let (org, checklist) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, get_checklist(org, checklist), query)
    }
}

/// What belongs to one template; see [`Organization::template`].
#[derive(Clone, Debug)]
pub struct OfTemplate {
    pub(crate) organization: Organization,
    pub(crate) id: TemplateId,
}
