// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec: the tags that only say how something is stored, as they are seen through on
// reading.
#pragma once

#include "core/codec/cborstrings.h"
#include "core/value/value.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace slotscope::core::cbor {

/// What a whole value would be with its references written out.
struct Extent
{
    quint64 size = 0; ///< in bytes
    int height = 0;
    bool cyclic = false; ///< refers to a container that holds it

    void include(const Extent &part)
    {
        size += part.size;
        height = std::max(height, part.height + 1);
        cyclic = cyclic || part.cyclic;
    }
};

/// A tag whose content is complete.
struct TagItem
{
    quint64 number = 0;
    quint32 head = 0; ///< as in a style's flags
    QByteArrayView headBytes;
    QByteArrayView bytes; ///< all of it
    size_t shared = 0; ///< from References::openShared()
};

/// Strings and shared values that have been read and can be referred to. What references add to the tree is
/// bounded, so that a few of them nested do not become gigabytes in the hands of whoever walks it; beyond
/// that they stay tags.
///
/// The functions for a tag give nothing where it is a tag like others. They may take the content, then.
class References
{
public:
    explicit References(qsizetype inputSize);

    void openNamespace() { m_strings.emplace_back(); }
    void closeNamespace() { m_strings.pop_back(); }
    void addString(bool text, QByteArrayView content);
    void addChunkedString();
    /// A tag 28 at this depth of the items that are open.
    size_t openShared(size_t depth);
    /// Nothing: there is no such value. While it is open, the depth it is at.
    std::optional<size_t> openDepthOf(const Value &number) const;

    std::optional<Value> selfDescribed(const TagItem &tag, Value &content) const;
    /// A container with a tag around it that only says how it is stored, as part of its style.
    std::optional<Value> carrying(const TagItem &tag, Value &content, quint32 flag = 0) const;
    std::optional<Value> string(const TagItem &tag, const Value &content, Extent *extent);
    std::optional<Value> share(const TagItem &tag, Value &content, const Extent &extent);
    /// `depth`: of the reference. `level`: of the container that is meant, where that is open.
    std::optional<Value> shared(const TagItem &tag, const Value &content, size_t depth,
                                const std::optional<qint64> &level, Extent *extent);

private:
    // What tag 28 is around.
    struct SharedValue
    {
        std::optional<Value> value; // when it can be referred to
        Extent extent;
        size_t depth = 0;
        bool open = true;
    };

    bool expand(quint64 size);

    std::vector<StringTable> m_strings; ///< of the namespaces that are open
    std::vector<SharedValue> m_shared;
    quint64 m_expansionLeft;
};

} // namespace slotscope::core::cbor
