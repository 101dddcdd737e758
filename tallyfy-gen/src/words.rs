//! The app's words for fields whose wire name is an API word. Accessors only, never behaviour.
