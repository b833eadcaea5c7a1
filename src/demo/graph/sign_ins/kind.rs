//! The four kinds of sign-in, each a population of its own.

/// The four kinds of sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person at a screen.
    Interactive,
    /// A program on behalf of a person.
    NonInteractive,
    /// A program on its own behalf.
    ServicePrincipal,
    /// A resource of the cloud on its own behalf.
    ManagedIdentity,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Interactive, Self::NonInteractive, Self::ServicePrincipal, Self::ManagedIdentity];

    /// The member of `signInEventTypes`.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Interactive => "interactiveUser",
            Self::NonInteractive => "nonInteractiveUser",
            Self::ServicePrincipal => "servicePrincipal",
            Self::ManagedIdentity => "managedIdentity",
        }
    }
}
