// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/codecproperties.h"

#include "core/codec/cborstyle.h"
#include "core/codec/pickle/picklevalue.h"
#include "core/value/recordstyle.h"
#include "core/value/toldtag.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "tests/fuzz/random.h"

#include <QHash>

#include <set>

namespace slotscope::fuzz {

using namespace core;

MemoryMeter memoryMeter;

namespace {

QString shortly(const Value &value)
{
    return QString::fromUtf8(toNotation(value).left(300));
}

/// With `change` of every child in the place of it.
template <typename Change>
Value withChildren(const Value &value, Change &&change)
{
    ValueList items;
    for (const Value &item : value.items())
        items.push_back(change(item));
    MemberList members;
    for (const Member &member : value.members())
        members.push_back({change(member.key), change(member.value)});
    if (!items.empty())
        return withItems(value, std::move(items));
    return members.empty() ? value : withMembers(value, std::move(members));
}

/// Dates and addresses in the tags that a notation is read into: in which of several they stand only their
/// styles say.
Value inUsualTags(const Value &value)
{
    if (const auto told = toldTag(value)) {
        if (const auto usual = tagOfTold(told->name, told->text))
            return *usual;
    }
    return withChildren(value, inUsualTags);
}

bool isSameInNotation(const Value &a, const Value &b)
{
    return a == b || inUsualTags(a) == inUsualTags(b);
}

/// A node somewhere in a tree.
struct Place
{
    ValuePath path;
    Value node;
    Value parent; ///< null for the root
    bool inSet = false;
    bool inTag = false;
    bool inOpaque = false;
    bool inShared = false; ///< in CBOR that is written once and referred to
};

template <typename Is>
bool holds(const Value &value, Is is)
{
    return is(value)
        || std::any_of(value.items().begin(), value.items().end(),
                       [is](const Value &item) { return holds(item, is); })
        || std::any_of(value.members().begin(), value.members().end(), [is](const Member &member) {
               return holds(member.key, is) || holds(member.value, is);
           });
}

bool isShared(const Value &value)
{
    return cbor::flagsOf(value) & (cbor::Shared | cbor::SharedReference);
}

bool isReferenceUpwards(const Value &value)
{
    return value.kind() == Value::Kind::Opaque && value.find(QStringLiteral("ref"));
}

/// A reference of CBOR itself, not what it refers to.
bool isBareReference(const Value &value)
{
    return (value.kind() == Value::Kind::Tag || value.kind() == Value::Kind::Opaque)
        && cbor::flagsOf(value) & (cbor::StringReference | cbor::SharedReference);
}

/// CBOR's tag that makes its content one to refer to, where it is not seen through: around a reference, which
/// an edit of what it refers to writes out.
bool isBareShare(const Value &value)
{
    return value.kind() == Value::Kind::Tag && cbor::flagsOf(value) & cbor::Shared;
}

/// Such a tag around a reference to itself, which the copy of it has to its own self.
bool refersToItself(const Value &value)
{
    return isBareShare(value) && holds(value.items().front(), isBareReference);
}

/// What such tags are around, by the numbers that references have for it.
void collectShares(const Value &value, QHash<quint64, Value> *shares)
{
    if (isBareShare(value) && value.style().spelling.size() == 8)
        shares->insert(cbor::numberOf(value.style().spelling), value.items().front());
    for (const Value &item : value.items())
        collectShares(item, shares);
    for (const Member &member : value.members()) {
        collectShares(member.key, shares);
        collectShares(member.value, shares);
    }
}

/// With the content in the place of such tags, and what is meant in the place of numbers that refer to them:
/// a copy of what is shared and of what refers to it has numbers of its own.
Value withoutShares(const Value &value, const QHash<quint64, Value> &shares)
{
    if (isBareShare(value))
        return withoutShares(value.items().front(), shares);
    if (value.kind() == Value::Kind::Tag && isBareReference(value) && value.style().spelling.size() == 8) {
        const auto meant = shares.constFind(cbor::numberOf(value.style().spelling));
        if (cbor::flagsOf(value) & cbor::SharedReference && meant != shares.cend())
            return Value::tag(value.tagNumber(), *meant);
    }
    return withChildren(value, [&shares](const Value &child) { return withoutShares(child, shares); });
}

Value withoutShares(const Value &value)
{
    QHash<quint64, Value> shares;
    collectShares(value, &shares);
    return withoutShares(value, shares);
}

/// A tag of CBOR that has a kind of its own or is not seen in the tree, but for how its content is spelled.
bool isOddTag(const Value &value)
{
    static const std::set<quint64> numbers {0, 1, 2, 3, 4, 5, 25, 28, 29, 37, 256, 258, 55799};
    return value.kind() == Value::Kind::Tag && numbers.count(value.tagNumber());
}

/// Walks down to a node that has no children, or earlier to one that `enough` takes.
template <typename Enough>
Place somewhere(const Value &root, Random &random, Enough enough)
{
    Place place {{}, root, {}};
    place.inShared = isShared(root);
    while (!enough(place)) {
        const bool isMap = place.node.kind() == Value::Kind::Map;
        const size_t count = isMap ? place.node.members().size() : place.node.items().size();
        if (place.node.kind() == Value::Kind::Opaque || count == 0)
            break;
        const size_t child = random.below(count);
        const Value next = isMap ? place.node.members()[child].value : place.node.items()[child];
        place.path = place.path.child(stepTo(place.node, qsizetype(child)));
        place.inSet = place.inSet || place.node.kind() == Value::Kind::Set;
        place.inTag = place.inTag || place.node.kind() == Value::Kind::Tag;
        place.inShared = place.inShared || isShared(next);
        place.parent = place.node;
        place.node = next;
    }
    place.inOpaque = place.node.kind() == Value::Kind::Opaque;
    return place;
}

/// Another scalar of the same kind; nothing where that makes no sense.
std::optional<Value> otherThan(const Value &node, Random &random)
{
    const auto number = QString::number(1'000'000 + random.below(1'000'000));
    QString text;
    switch (node.kind()) {
    case Value::Kind::Bool:
        text = node.toBool() ? QStringLiteral("false") : QStringLiteral("true");
        break;
    case Value::Kind::Integer:
        text = number;
        break;
    case Value::Kind::Float:
        text = number + QStringLiteral(".5");
        break;
    case Value::Kind::Text:
        text = QStringLiteral("edited ") + number;
        break;
    case Value::Kind::Bytes: { // as many, since some types have a fixed length
        QByteArray bytes = node.toBytes();
        if (bytes.isEmpty())
            return std::nullopt;
        const auto at = qsizetype(random.below(size_t(bytes.size())));
        bytes[at] = char(bytes[at] ^ 0x55);
        text = QString::fromLatin1(bytes.toHex());
        break;
    }
    case Value::Kind::Uuid:
        text = QStringLiteral("12345678-1234-4678-9234-567812") + number.left(6);
        break;
    case Value::Kind::Timestamp:
        text = QStringLiteral("2001-02-03T04:05:06Z");
        break;
    case Value::Kind::Decimal:
        text = number + QStringLiteral(".25");
        break;
    case Value::Kind::Null:
    case Value::Kind::Undefined:
    case Value::Kind::Simple:
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
    case Value::Kind::Map:
    case Value::Kind::Tag:
    case Value::Kind::Opaque:
        return std::nullopt;
    }
    const auto other = parseLike(node, text);
    return other ? std::optional(*other) : std::nullopt;
}

class Checker
{
public:
    Checker(const SlotCodec &codec, const CodecTraits &traits, QByteArrayView bytes)
        : m_codec(codec)
        , m_traits(traits)
        , m_bytes(bytes)
        , m_random(bytes)
        , m_simple(isSimple(codec.type().value))
    {
    }

    Complaint check()
    {
        const auto value =
            measured(m_bytes.size(), &m_complaint, [this] { return m_codec.decodeValue(m_bytes); });
        const auto plain = m_codec.decompressed(m_bytes);
        m_size = plain ? plain->size() : m_bytes.size();
        if (!m_complaint.isEmpty())
            return m_complaint;
        if (!value)
            return refused(value.error());
        sources(*value, {0, m_size});
        notation(*value);
        displayText(*value);
        if (m_complaint.isEmpty())
            writing(*value);
        return m_complaint;
    }

private:
    void complain(const QString &what)
    {
        if (m_complaint.isEmpty())
            m_complaint = what;
    }

    Complaint refused(const DecodeError &error)
    {
        m_complaint = checkError(error, std::max(m_size, qint64(m_bytes.size())));
        if (m_codec.readOnlyReason(m_bytes).isEmpty())
            complain(QStringLiteral("what cannot be decoded is called writable"));
        if (error.readSoFar)
            displayText(*error.readSoFar);
        return m_complaint;
    }

    void sources(const Value &value, Value::Source outer)
    {
        const Value::Source source = value.source();
        Value::Source inner = outer;
        if (source.offset >= 0) {
            if (source.length < 0 || source.offset < outer.offset
                || source.offset + source.length > outer.offset + outer.length)
                complain(QStringLiteral("bytes %1 + %2 of a node are not within %3 + %4: %5")
                             .arg(source.offset)
                             .arg(source.length)
                             .arg(outer.offset)
                             .arg(outer.length)
                             .arg(shortly(value)));
            // What a reference of CBOR means has its bytes where it is written.
            if (cbor::flagsOf(value) & cbor::SharedReference)
                inner = {0, m_size};
            else if (m_traits.childrenWithin)
                inner = source;
        }
        for (const Value &item : value.items())
            sources(item, inner);
        for (const Member &member : value.members()) {
            sources(member.key, inner);
            sources(member.value, inner);
        }
    }

    void notation(const Value &value)
    {
        const QByteArray text = m_codec.valueNotation(value);
        const auto again = m_codec.valueFromNotation(text);
        if (!again) {
            complain(QStringLiteral("its notation cannot be read: %1 at %2 of %3")
                         .arg(again.error().what)
                         .arg(again.error().offset)
                         .arg(QString::fromUtf8(text.left(300))));
        } else if (!isSameInNotation(*again, value)) {
            complain(QStringLiteral("its notation reads as something else: %1, %2")
                         .arg(QString::fromUtf8(text.left(300)), shortly(*again)));
        }
        if (m_random.below(8) == 0 && !m_simple) {
            const auto indented = m_codec.valueFromNotation(toNotation(value, 2));
            if (!indented || !isSameInNotation(*indented, value))
                complain(QStringLiteral("its indented notation does not read back"));
        }
        const Place place = somewhere(value, m_random, [](const Place &) { return false; });
        const auto typed = parseLike(place.node, editText(place.node));
        // (Enum values and the bytes of vectors are typed in their own ways.)
        const bool plain = m_codec.type().value != ValueType::FlatBuffers;
        if (plain && (!typed || *typed != place.node))
            complain(QStringLiteral("what an editor shows does not read back: %1").arg(shortly(place.node)));
    }

    void writing(const Value &value)
    {
        const QString reason = m_codec.readOnlyReason(m_bytes);
        const auto written = m_codec.encodeValue(value, m_bytes);
        const bool same = written && *written == m_bytes;
        if (reason.isEmpty() && !same)
            complain(
                QStringLiteral("it is called writable, but is written as %1 (%2)")
                    .arg(written ? QString::fromLatin1(written->toHex().left(300)) : written.error().what,
                         shortly(value)));
        if (!reason.isEmpty()) {
            if (m_traits.writesAllItReads && !holdsLargeOid(value))
                complain(QStringLiteral("it cannot be written: %1 (%2)").arg(reason, shortly(value)));
            return;
        }
        // Without what the codec noted at its nodes it is another spelling of the same.
        const auto again = m_codec.valueFromNotation(m_codec.valueNotation(value));
        const auto plain = again ? m_codec.encodeValue(*again) : written;
        // Half of a surrogate pair is written only where it was an escape.
        const bool halves = toNotation(value).contains("{\"codepoints\":");
        if (!plain && !halves && !m_traits.sharesObjects)
            complain(QStringLiteral("its notation cannot be written: %1").arg(plain.error().what));
        const auto back = plain ? m_codec.decodeValue(*plain) : value;
        // (In its usual spelling an odd tag means what it says.)
        if (!back || (!isSameInNotation(*back, value) && !holds(value, isOddTag)))
            complain(QStringLiteral("its notation is written as something else: %1 for %2")
                         .arg(back ? shortly(*back) : back.error().what, shortly(value)));
        if (again) {
            const auto adopted = m_codec.encodeValue(adoptStyles(value, *again), m_bytes);
            if (!adopted || *adopted != m_bytes)
                complain(QStringLiteral("as text and unchanged, it is written as %1")
                             .arg(adopted ? QString::fromLatin1(adopted->toHex().left(300))
                                          : adopted.error().what));
        }
        changeOne(value);
        if (!m_traits.freeShape)
            return;
        removeOne(value);
        addOne(value);
        reshapeOne(value);
        copyOne(value);
    }

    bool holdsLargeOid(const Value &value) const
    {
        const ValueType type = m_codec.type().value;
        if (type != ValueType::Oid && type != ValueType::OidSet)
            return false;
        const auto large = [](const Value &one) { return one.toUInt64().value_or(0) > quint64(1) << 53; };
        return large(value) || std::any_of(value.items().begin(), value.items().end(), large);
    }

    void changeOne(const Value &value)
    {
        const Place place = somewhere(value, m_random, [](const Place &) { return false; });
        const auto other = otherThan(place.node, m_random);
        if (!other || *other == place.node || place.inOpaque)
            return;
        // What becomes printable, or UTF-8 where a text should be, becomes text.
        const ValueType type = m_codec.type().value;
        const bool mayBeText = type == ValueType::TextOrBytes
            || (type == ValueType::FlatBuffers && flatKind(place.node) != FlatByteVector);
        if (mayBeText && place.node.kind() == Value::Kind::Bytes)
            return;
        const auto edited = replaced(value, place.path, *other);
        if (!edited) {
            complain(QStringLiteral("no edit at %1: %2").arg(place.path.toString(), edited.error()));
            return;
        }
        const auto bytes = compareEdited(*edited, QStringLiteral("changed"), place);
        const Value::Source source = place.node.source();
        // What is shared and changed in one place is written out in the others.
        if (!bytes || !m_traits.editsInPlace || place.inShared || source.offset < 0 || place.path.isEmpty())
            return;
        const QByteArrayView before = m_bytes.first(source.offset);
        const QByteArrayView behind = m_bytes.sliced(source.offset + source.length);
        if (!bytes->startsWith(before) || !bytes->endsWith(behind)
            || bytes->size() < before.size() + behind.size())
            complain(QStringLiteral("an edit of %1 changes other bytes as well: %2")
                         .arg(place.path.toString(), QString::fromLatin1(bytes->toHex().left(300))));
    }

    void removeOne(const Value &value)
    {
        const Place place = somewhere(value, m_random, [this](const Place &at) {
            return !at.path.isEmpty() && m_random.below(3) == 0;
        });
        if (place.path.isEmpty() || place.parent.kind() == Value::Kind::Tag)
            return;
        // A struct has all of its fields: what is taken from it is zero. A union and its type go together.
        if (flatKind(place.parent) == FlatStruct || isUnion(value, place))
            return;
        const auto edited = removed(value, place.path);
        if (!edited)
            complain(QStringLiteral("not removed: %1").arg(edited.error()));
        else
            compareEdited(*edited, QStringLiteral("removed"), place);
    }

    /// In a union's field, or in a vector of them.
    static bool isUnion(const Value &value, const Place &place)
    {
        ValuePath field = place.path;
        while (!field.isEmpty() && !field.steps().back().key)
            field = field.parent();
        const Value *table = field.isEmpty() ? nullptr : field.parent().find(value);
        if (!table || flatKind(*table) != FlatTable)
            return false;
        const QString name = field.steps().back().key->toText();
        return name.endsWith(QLatin1String("_type")) || table->find(name + QLatin1String("_type"));
    }

    void addOne(const Value &value)
    {
        const Place place =
            somewhere(value, m_random, [](const Place &at) { return at.node.kind() == Value::Kind::Map; });
        const QString name = QStringLiteral("added by the test");
        if (place.node.kind() != Value::Kind::Map || place.node.find(name))
            return;
        const auto edited = replaced(value, place.path.child(PathStep::field(name)), Value::integer(1));
        if (!edited)
            complain(QStringLiteral("not added: %1").arg(edited.error()));
        else
            compareEdited(*edited, QStringLiteral("added"), place);
    }

    void reshapeOne(const Value &value)
    {
        const Place place =
            somewhere(value, m_random, [this](const Place &) { return m_random.below(4) == 0; });
        const Place container = somewhere(value, m_random, [this](const Place &at) {
            return at.node.isContainer() && m_random.below(3) == 0;
        });
        if (isUnion(value, place) || isUnion(value, container)) // with its type
            return;
        const bool isMap = place.parent.kind() == Value::Kind::Map;
        Expected<Value, QString> edited = Unexpected {QString()};
        const auto into = qsizetype(m_random.below(4));
        switch (m_random.below(4)) {
        case 0:
            if (isMap)
                edited = renamed(value, place.path, Value::text(QStringLiteral("renamed by the test")));
            break;
        case 1:
            edited = moved(value, place.path, into);
            break;
        case 2:
            edited = retyped(value, place.path, Value::Kind::Array);
            break;
        default:
            edited =
                inserted(value, container.path, into, Value::text(QStringLiteral("inserted by the test")),
                         container.node.kind() == Value::Kind::Map
                             ? std::optional(Value::text(QStringLiteral("key inserted by the test")))
                             : std::nullopt);
            compareEdited(edited ? *edited : value, QStringLiteral("inserted"), container);
            return;
        }
        if (edited)
            compareEdited(*edited, QStringLiteral("reshaped"), place);
    }

    /// What is copied in one place is pasted in another, or into itself.
    void copyOne(const Value &value)
    {
        const Place place =
            somewhere(value, m_random, [this](const Place &) { return m_random.below(4) == 0; });
        const Place target = somewhere(value, m_random, [this](const Place &at) {
            return at.node.isContainer() && m_random.below(3) == 0;
        });
        // The level that a reference names is that of the place which it was copied from.
        if (m_codec.type().value == ValueType::FlatBuffers || holds(place.node, isReferenceUpwards)
            || holds(place.node, refersToItself))
            return;
        const auto edited = inserted(value, target.path, qsizetype(m_random.below(4)), place.node,
                                     target.node.kind() == Value::Kind::Map
                                         ? std::optional(Value::text(QStringLiteral("pasted by the test")))
                                         : std::nullopt);
        if (edited)
            compareEdited(*edited, QStringLiteral("pasted"), target);
    }

    /// Written and read again it is what it was edited to. The bytes.
    std::optional<QByteArray> compareEdited(const Value &edited, const QString &how, const Place &place)
    {
        const auto bytes = m_codec.encodeValue(edited, m_bytes);
        if (!bytes) {
            // What may be in a set, and how many parts a simple type has, is not known here. References by a
            // number that cannot be seen through must not come to mean something else.
            if (m_traits.writesAllItReads && !place.inSet && !m_simple && !holds(edited, isBareReference))
                complain(QStringLiteral("%1 at %2, it cannot be written: %3")
                             .arg(how, place.path.toString(), bytes.error().what));
            return std::nullopt;
        }
        // No bytes are one element of no text.
        if (m_codec.type().value == ValueType::StringSet && edited.items().empty())
            return *bytes;
        const auto back = m_codec.decodeValue(*bytes);
        // What fits a tag now is shown as what it means, which must still be the same bytes.
        bool meansMore = false;
        if (back && place.inTag) {
            const auto same = m_codec.encodeValue(*back, *bytes);
            meansMore = same && *same == *bytes;
        }
        // Of what stands in several places all are as the edited one.
        if (back && m_traits.sharesObjects && *back != edited && holdsOneTwice(edited)) {
            const Value *there = place.path.find(*back);
            const Value *wanted = place.path.find(edited);
            if (!wanted || (there && *there == *wanted))
                return *bytes;
        }
        if (!back
            || (*back != edited && !isSameBuffer(*back, edited) && !meansMore
                && (!holds(edited, isBareShare) || withoutShares(*back) != withoutShares(edited))))
            complain(QStringLiteral("%1 at %2, it reads as %3, not as %4 (%5)")
                         .arg(how, place.path.toString(), back ? shortly(*back) : back.error().what,
                              shortly(edited), QString::fromLatin1(bytes->toHex().left(300))));
        return *bytes;
    }

    /// Whether one object of a pickle stands in several places.
    static bool holdsOneTwice(const Value &value)
    {
        std::set<std::pair<quint32, QByteArray>> seen;
        return holds(value, [&seen](const Value &node) {
            const Value::Style &style = node.style();
            const quint32 identity = style.flags & pickle::IdentityMask;
            const bool isOne = (style.flags & PickleStyle) && identity
                && !(style.flags & (pickle::RootStyle | pickle::ProtocolStyle));
            return isOne && !seen.insert({identity, style.spelling}).second;
        });
    }

    /// A list of numbers may be given for bytes, which are written so in the notation.
    bool isSameBuffer(const Value &a, const Value &b) const
    {
        if (m_codec.type().value != ValueType::FlatBuffers)
            return false;
        const Value one = inOneForm(a);
        const Value other = inOneForm(b);
        return one == other || m_codec.valueNotation(one) == m_codec.valueNotation(other);
    }

    /// The fields of FlatBuffers' tables and structs by their names, without those that are absent: they have
    /// them in the order of the schema, however they are given.
    static Value inOneForm(const Value &value)
    {
        if (!value.items().empty()) {
            ValueList items;
            for (const Value &item : value.items())
                items.push_back(inOneForm(item));
            return withItems(value, std::move(items));
        }
        if (value.members().empty())
            return value;
        const bool isTable = flatKind(value) == FlatTable || flatKind(value) == FlatStruct;
        MemberList members;
        for (const Member &member : value.members()) {
            if (!isTable || !isAbsent(member.value))
                members.push_back({member.key, inOneForm(member.value)});
        }
        if (isTable)
            std::sort(members.begin(), members.end(),
                      [](const Member &a, const Member &b) { return a.key.toText() < b.key.toText(); });
        return withMembers(value, std::move(members));
    }

    const SlotCodec &m_codec;
    CodecTraits m_traits;
    QByteArrayView m_bytes;
    Random m_random;
    bool m_simple;
    qint64 m_size = 0; ///< without the compression
    Complaint m_complaint;
};

} // namespace

Complaint checkError(const DecodeError &error, qint64 size)
{
    if (error.what.isEmpty())
        return QStringLiteral("an error without words");
    if (error.offset < -1 || error.offset > size)
        return QStringLiteral("the error \"%1\" at %2 is outside of %3 bytes")
            .arg(error.what)
            .arg(error.offset)
            .arg(size);
    return {};
}

Complaint checkCodec(const SlotCodec &codec, const CodecTraits &traits, QByteArrayView bytes)
{
    return Checker(codec, traits, bytes).check();
}

} // namespace slotscope::fuzz
