-- The tables as they were asked for, to the letter. What the plugin defines is compared with this text.

CREATE TABLE IF NOT EXISTS dialects (
    dialect_id String,
    dialect_name String,
    dialect_code String,
    region String,
    description String,
    parent_dialect String DEFAULT '',
    popularity Float32 DEFAULT 0,
    source String,
    discovery_time DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (dialect_id, discovery_time);

CREATE TABLE IF NOT EXISTS dialect_features (
    feature_id String,
    dialect_id String,
    feature_type String,
    feature_pattern String,
    description String,
    examples Array(String),
    confidence Float32,
    source String,
    usage_count UInt32 DEFAULT 1,
    discovery_time DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (feature_id, dialect_id, discovery_time);

CREATE TABLE IF NOT EXISTS dialect_words (
    word_id String,
    dialect_id String,
    word String,
    standard_equivalent String,
    definition String,
    part_of_speech String DEFAULT '',
    usage Array(String),
    confidence Float32,
    source String,
    usage_count UInt32 DEFAULT 1,
    discovery_time DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (word_id, dialect_id, discovery_time);

CREATE TABLE IF NOT EXISTS dialect_conversion_rules (
    rule_id String,
    source_dialect String,
    target_dialect String,
    rule_type String,
    rule_pattern String,
    replacement String,
    description String,
    examples Array(String),
    confidence Float32,
    source String,
    usage_count UInt32 DEFAULT 1,
    discovery_time DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (rule_id, source_dialect, target_dialect, discovery_time);

CREATE TABLE IF NOT EXISTS dialect_detection_history (
    detection_id String,
    text String,
    detected_dialect String,
    confidence Float32,
    dialect_features Array(String),
    detection_time DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (detection_id, detection_time);

CREATE TABLE IF NOT EXISTS dialect_text_vectors (
    text_hash String,
    text String,
    dialect_id String,
    vector Array(Float32),
    timestamp DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (text_hash, dialect_id, timestamp);

CREATE TABLE IF NOT EXISTS domains (
    domain_id String,
    domain_name String,
    domain_code String,
    parent_domain String,
    description String,
    popularity Float32,
    source String,
    discovery_time DateTime
) ENGINE = MergeTree()
ORDER BY (domain_id, discovery_time);

CREATE TABLE IF NOT EXISTS domain_concepts (
    concept_id String,
    domain_id String,
    concept_name String,
    definition String,
    examples Array(String),
    confidence Float32,
    source String,
    usage_count UInt32,
    discovery_time DateTime
) ENGINE = MergeTree()
ORDER BY (concept_id, domain_id, discovery_time);

CREATE TABLE IF NOT EXISTS concept_relations (
    relation_id String,
    source_concept_id String,
    target_concept_id String,
    relation_type String,
    description String,
    confidence Float32,
    source String,
    usage_count UInt32,
    discovery_time DateTime
) ENGINE = MergeTree()
ORDER BY (relation_id, source_concept_id, target_concept_id, discovery_time);

CREATE TABLE IF NOT EXISTS concept_attributes (
    attribute_id String,
    concept_id String,
    attribute_name String,
    attribute_value String,
    description String,
    confidence Float32,
    source String,
    usage_count UInt32,
    discovery_time DateTime
) ENGINE = MergeTree()
ORDER BY (attribute_id, concept_id, discovery_time);

CREATE TABLE IF NOT EXISTS conversations (
    conversation_id String,
    title String,
    user_id String,
    type String,
    start_time DateTime,
    end_time DateTime,
    message_count UInt32,
    metadata String,
    created_at DateTime DEFAULT now()
) ENGINE = MergeTree()
ORDER BY (conversation_id, created_at);

CREATE TABLE IF NOT EXISTS messages (
    message_id String,
    conversation_id String,
    role String,
    content String,
    importance Float32,
    created_at DateTime,
    metadata String
) ENGINE = MergeTree()
ORDER BY (message_id, conversation_id, created_at);

CREATE TABLE IF NOT EXISTS user_intents (
    intent_id String,
    message_id String,
    conversation_id String,
    intent_type String,
    topics Array(String),
    urgency UInt8,
    emotion String,
    context_dependency Float32,
    created_at DateTime
) ENGINE = MergeTree()
ORDER BY (intent_id, message_id, created_at);

CREATE TABLE IF NOT EXISTS context_knowledge (
    knowledge_id String,
    conversation_id String,
    message_id String,
    knowledge_type String,
    content String,
    confidence Float32,
    source String,
    created_at DateTime
) ENGINE = MergeTree()
ORDER BY (knowledge_id, conversation_id, created_at);
