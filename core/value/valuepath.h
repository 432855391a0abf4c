// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"
#include "core/value/value.h"

namespace slotscope::core {

/// One step down a tree: the n-th item of an array, tuple or set, the content of a tag (0), or the value of
/// the map member with this key (the n-th of several with the same key).
struct PathStep
{
    std::optional<Value> key; ///< map member; else by index
    qsizetype index = 0; ///< item, or which of several members with the same key

    static PathStep item(qsizetype index) { return {{}, index}; }
    static PathStep member(Value key, qsizetype nth = 0) { return {std::move(key), nth}; }
    static PathStep field(const QString &name) { return member(Value::text(name)); }
    friend bool operator==(const PathStep &, const PathStep &) = default;
};

/// The way from the root of a value to a node. Empty: the root.
class ValuePath
{
public:
    ValuePath() = default;
    explicit ValuePath(std::vector<PathStep> steps)
        : m_steps(std::move(steps))
    {
    }
    static ValuePath fields(const QStringList &names);

    const std::vector<PathStep> &steps() const { return m_steps; }
    bool isEmpty() const { return m_steps.empty(); }
    ValuePath child(PathStep step) const;
    ValuePath parent() const;

    /// For people: `birthday.year`, `tags[0]`, `[{7}]` for an integer key, `name#2` for the second of that
    /// name; text keys that hold `.`, `[`, quotes and the like are quoted.
    QString toString() const;
    /// The inverse of toString(), for text and integer keys; the error says what is wrong with the text.
    static Expected<ValuePath, QString> parse(const QString &text);

    /// Null pointer when nothing is there.
    const Value *find(const Value &root) const;

    friend bool operator==(const ValuePath &, const ValuePath &) = default;

private:
    std::vector<PathStep> m_steps;
};

/// The tree with the node at path replaced, every other node shared with the old one (their styles kept, so
/// that a codec writes them as before). The error says which step does not exist. Map members missing at the
/// last step are added.
Expected<Value, QString> replaced(const Value &root, const ValuePath &path, const Value &value);
/// The tree without the node at path, which must not be the root.
Expected<Value, QString> removed(const Value &root, const ValuePath &path);

} // namespace slotscope::core
