// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborwriter.h"

#include "core/codec/cborreader.h"
#include "core/codec/cborstrings.h"
#include "core/codec/cborstyle.h"
#include "core/value/utf8.h"

#include <QHash>
#include <QSet>

namespace slotscope::core::cbor {

namespace {

// The level that a reference without a style names: how many containers are above the one that is meant.
std::optional<qint64> levelOf(const Value &value)
{
    if (value.kind() != Value::Kind::Opaque || !value.toText().isEmpty() || value.members().size() != 1)
        return std::nullopt;
    const Value *level = value.find(u"ref");
    return level ? level->toInt64() : std::nullopt;
}

// Depth-first; the depth is bounded by MaximumDepth.
class Writer
{
public:
    bool writeRoot(const Value &root)
    {
        findReferred(root);
        return write(root);
    }

    QByteArray take() { return std::move(m_out); }
    EncodeError error() { return std::move(m_error); }

private:
    // A container on the way from the root, and the child that is being written.
    struct Level
    {
        const Value *container = nullptr;
        qsizetype child = 0;
    };

    // What tag 28 was written around.
    struct SharedValue
    {
        quint64 index = 0; // as its references count
        Value value;
        bool open = true;
    };

    bool fail(const QString &what)
    {
        std::vector<PathStep> steps;
        for (const Level &level : m_levels)
            steps.push_back(stepTo(*level.container, level.child));
        m_error = {ValuePath(std::move(steps)), what};
        return false;
    }

    // Containers that references without a style name need tag 28, which comes before they are seen.
    void findReferred(const Value &value)
    {
        if (const auto level = levelOf(value)) {
            if (*level >= 0 && size_t(*level) < m_levels.size() && !(flagsOf(value) & SharedReference))
                m_referred.insert(m_levels[size_t(*level)].container);
            return;
        }
        if (!value.isContainer() || m_levels.size() > size_t(MaximumDepth))
            return;
        m_levels.push_back({&value, 0});
        for (const Value &item : value.items())
            findReferred(item);
        for (const Member &member : value.members()) {
            findReferred(member.key);
            findReferred(member.value);
        }
        m_levels.pop_back();
    }

    bool write(const Value &value)
    {
        if (m_levels.size() > size_t(MaximumDepth))
            return fail(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
        if (value.isContainer() && value.kind() != Value::Kind::Opaque)
            return container(value);
        if (value.kind() == Value::Kind::Opaque && levelOf(value))
            return reference(value);
        return scalar(value);
    }

    // Bytes that may hold strings which count for references.
    void append(const QByteArray &bytes)
    {
        if (!m_strings.empty())
            count(bytes);
        m_out += bytes;
    }

    void count(QByteArrayView bytes)
    {
        bool chunks = false;
        for (qsizetype at = 0; at < bytes.size();) {
            const auto item = readItem(bytes, at);
            if (!item)
                return;
            at += item->size;
            using Type = Item::Type;
            if (item->type == Type::ChunkedBytes || item->type == Type::ChunkedText) {
                chunks = true;
                m_strings.back().addChunked();
            } else if (item->type == Type::Break) {
                chunks = false;
            } else if (!chunks && (item->type == Type::Bytes || item->type == Type::Text)) {
                m_strings.back().add(item->type == Type::Text, item->content);
            }
        }
    }

    bool scalar(const Value &value)
    {
        const quint32 flags = flagsOf(value);
        const QByteArray &spelling = value.style().spelling;
        if (!(flags & StringReference) && (value.style().flags & CborStyle) && !spelling.isEmpty()) {
            append(spelling);
            return true;
        }
        const auto bytes = styledScalar(value);
        if (!bytes)
            return fail(bytes.error());
        if (!(flags & StringReference) || m_strings.empty() || !m_strings.back().isClear()
            || !stringReference(*bytes, spelling))
            append(*bytes);
        return true;
    }

    // Refers to the string in a scalar's bytes, which was a reference before, if it is to be had. By the
    // number that it has now: strings in front may have come and gone.
    bool stringReference(const QByteArray &bytes, const QByteArray &spelling)
    {
        qsizetype at = 0;
        auto item = readItem(bytes, at);
        while (item && item->type == Item::Type::Tag) {
            at += item->size;
            item = readItem(bytes, at);
        }
        if (!item || (item->type != Item::Type::Text && item->type != Item::Type::Bytes))
            return false;
        const StringTable::Entry entry {item->type == Item::Type::Text, item->content.toByteArray()};
        m_out += bytes.first(at);
        if (const auto before = referredBy(spelling)) {
            const StringTable::Entry *same = m_strings.back().at(*before);
            if (same && *same == entry) {
                m_out += spelling;
                return true;
            }
        }
        const auto number = m_strings.back().find(entry);
        if (!number) {
            m_out.chop(at);
            return false;
        }
        appendHead(m_out, Major::Tag, StringReferenceTag);
        appendHead(m_out, Major::Unsigned, *number);
        return true;
    }

    // The number in the bytes of a reference.
    static std::optional<quint64> referredBy(QByteArrayView spelling)
    {
        if (spelling.isEmpty())
            return std::nullopt;
        const auto tag = readItem(spelling, 0);
        if (!tag || tag->size >= spelling.size())
            return std::nullopt;
        const auto number = readItem(spelling, tag->size);
        return number && number->type == Item::Type::Unsigned ? std::optional(number->number) : std::nullopt;
    }

    bool container(const Value &value)
    {
        const quint32 flags = flagsOf(value);
        const bool special = value.kind() == Value::Kind::Tag && isOwnReference(value, flags);
        if (special)
            return tagOfReference(value, flags);
        if (!(flags & (Shared | SharedReference))) {
            const QByteArray spelling = flags ? value.style().spelling : ownSpelling(value);
            if (m_referred.contains(&value))
                return shared(value, {}, spelling);
            return carried(value, spelling);
        }
        const quint64 key = numberOf(value.style().spelling);
        const QByteArray spelling = value.style().spelling.chopped(8);
        const auto known = m_shared.constFind(key);
        if (known != m_shared.cend()) {
            if (!known->open && known->value == value) {
                sharedReference(*known, flags & SharedReference ? spelling : QByteArray());
                return true;
            }
            // It was changed in one of its places, so from now on they are two.
            return carried(value, {});
        }
        return shared(value, key, flags & Shared ? spelling : QByteArray());
    }

    static QByteArray ownSpelling(const Value &value)
    {
        return value.style().flags & CborStyle ? value.style().spelling : QByteArray();
    }

    // Tags 25, 28 and 29 that could not be seen through.
    static bool isOwnReference(const Value &value, quint32 flags)
    {
        return (flags & StringReference && value.tagNumber() == StringReferenceTag)
            || (flags & Shared && value.tagNumber() == SharedTag && value.style().spelling.size() == 8)
            || (flags & SharedReference && value.tagNumber() == SharedReferenceTag);
    }

    bool tagOfReference(const Value &value, quint32 flags)
    {
        const quint64 number = numberOf(value.style().spelling);
        if (number == Nothing && value.style().spelling.size() == 16) // a hash of strings has eight
            return referenceToNothing(value, flags);
        if (flags & StringReference) {
            if (m_strings.empty() || m_strings.back().fingerprint() != number)
                return fail(
                    QStringLiteral("this refers to a text by its number, and the change would make the "
                                   "number mean another text"));
            return content(value);
        }
        if (flags & Shared) {
            m_shared.insert(number, {m_nextShared++, value, true});
            const bool done = content(value);
            m_shared[number].open = false;
            return done;
        }
        const auto known = m_shared.constFind(number);
        if (known == m_shared.cend())
            return fail(QStringLiteral("this refers to a shared value that is no longer in front of it"));
        // Another number than it was read with was written by hand.
        const auto written = value.items().front().toUInt64();
        if (written == known->index || written != number)
            return content(value);
        sharedReference(*known, {});
        return true;
    }

    bool referenceToNothing(const Value &value, quint32 flags)
    {
        const quint64 number = numberOf(value.style().spelling.chopped(8));
        const bool isMeant = flags & StringReference ? !m_strings.empty() : number < m_nextShared;
        if (isMeant && value.items().front().toUInt64() == number) // else it was written by hand
            return fail(QStringLiteral("this refers to what was not there, and the change would give it a "
                                       "meaning"));
        return content(value);
    }

    // In its first place, with tag 28. `key`: its number when it was read; nothing: it had none.
    bool shared(const Value &value, const std::optional<quint64> &key, const QByteArray &spelling)
    {
        const quint64 index = m_nextShared++;
        QByteArray tags = spelling;
        if (!key || tags.isEmpty())
            appendHead(tags, Major::Tag, SharedTag);
        if (key)
            m_shared.insert(*key, {index, value, true});
        else
            m_named.insert(&value, index);
        const bool done = carried(value, tags);
        if (key)
            m_shared[*key].open = false;
        return done;
    }

    void sharedReference(const SharedValue &target, const QByteArray &spelling)
    {
        if (referredBy(spelling) == target.index) {
            m_out += spelling;
            return;
        }
        appendHead(m_out, Major::Tag, SharedReferenceTag);
        appendHead(m_out, Major::Unsigned, target.index);
    }

    // To a container that holds it.
    bool reference(const Value &value)
    {
        const auto refuse = [this] {
            return fail(QStringLiteral("this refers to a container that does not hold it here"));
        };
        if (flagsOf(value) & SharedReference) {
            const auto known = m_shared.constFind(numberOf(value.style().spelling));
            if (known == m_shared.cend() || !known->open)
                return refuse();
            sharedReference(*known, value.style().spelling.chopped(8));
            return true;
        }
        const qint64 level = *levelOf(value);
        if (level < 0 || size_t(level) >= m_levels.size())
            return refuse();
        const Value *container = m_levels[size_t(level)].container;
        if (const auto named = m_named.constFind(container); named != m_named.cend()) {
            sharedReference({*named, {}, true}, {});
            return true;
        }
        if (!(flagsOf(*container) & (Shared | SharedReference)))
            return refuse();
        const auto known = m_shared.constFind(numberOf(container->style().spelling));
        if (known == m_shared.cend())
            return refuse();
        sharedReference(*known, {});
        return true;
    }

    // With the tags around it that its style holds.
    bool carried(const Value &value, const QByteArray &tags)
    {
        size_t namespaces = 0;
        for (qsizetype at = 0; at < tags.size();) {
            const auto tag = readItem(tags, at);
            if (!tag || tag->type != Item::Type::Tag)
                return fail(QStringLiteral("not a style of CBOR"));
            if (tag->number == StringNamespaceTag)
                ++namespaces;
            at += tag->size;
        }
        m_out += tags;
        m_strings.insert(m_strings.end(), namespaces, StringTable());
        const bool done = content(value);
        m_strings.erase(m_strings.end() - qsizetype(namespaces), m_strings.end());
        return done;
    }

    bool content(const Value &value)
    {
        const quint32 flags = flagsOf(value);
        const quint32 head = flags & HeadMask;
        switch (value.kind()) {
        case Value::Kind::Set:
            appendHead(m_out, Major::Tag, SetTag, head);
            return list(value, flags >> InnerHeadShift & HeadMask);
        case Value::Kind::Map:
            return map(value, head);
        case Value::Kind::Tag:
            return tag(value, head);
        default:
            return list(value, head);
        }
    }

    bool tag(const Value &value, quint32 head)
    {
        appendHead(m_out, Major::Tag, value.tagNumber(), head);
        // Written by hand, they count as well.
        if (value.tagNumber() == SharedTag && !(flagsOf(value) & Shared))
            ++m_nextShared;
        const bool opens = value.tagNumber() == StringNamespaceTag;
        if (opens)
            m_strings.emplace_back();
        const bool done = child(value, 0, value.items().front());
        if (opens)
            m_strings.pop_back();
        return done;
    }

    bool child(const Value &parent, size_t position, const Value &value)
    {
        m_levels.push_back({&parent, qsizetype(position)});
        const bool done = write(value);
        m_levels.pop_back();
        return done;
    }

    void containerHead(Major major, size_t size, quint32 head)
    {
        if (head == IndefiniteHead)
            m_out += char(quint8(major) << 5 | 31);
        else
            appendHead(m_out, major, size, head);
    }

    bool list(const Value &value, quint32 head)
    {
        const ValueList &items = value.items();
        containerHead(Major::Array, items.size(), head);
        for (size_t i = 0; i < items.size(); ++i) {
            if (!child(value, i, items[i]))
                return false;
        }
        if (head == IndefiniteHead)
            m_out += '\xff';
        return true;
    }

    bool map(const Value &value, quint32 head)
    {
        const MemberList &members = value.members();
        containerHead(Major::Map, members.size(), head);
        for (size_t i = 0; i < members.size(); ++i) {
            if (!child(value, i, members[i].key) || !child(value, i, members[i].value))
                return false;
        }
        if (head == IndefiniteHead)
            m_out += '\xff';
        return true;
    }

    QByteArray m_out;
    std::vector<Level> m_levels;
    std::vector<StringTable> m_strings; // of the namespaces that are open
    QHash<quint64, SharedValue> m_shared; // by the number that each had when it was read
    QHash<const Value *, quint64> m_named; // containers that references without a style name
    QSet<const Value *> m_referred; // these before they are written
    quint64 m_nextShared = 0;
    EncodeError m_error;
};

} // namespace

Expected<QByteArray, EncodeError> write(const Value &value)
{
    Writer writer;
    if (!writer.writeRoot(value))
        return Unexpected {writer.error()};
    return writer.take();
}

} // namespace slotscope::core::cbor
