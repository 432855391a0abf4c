// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/picklerewriter.h"

#include "core/codec/pickle/picklerun.h"
#include "core/codec/pickle/picklescalars.h"
#include "core/value/opaqueform.h"

#include <QScopeGuard>
#include <QtEndian>

#include <algorithm>

namespace slotscope::core::pickle {

namespace {

constexpr qsizetype FrameHead = 9;
constexpr size_t MostOriginals = 16;

bool isPlainContainer(Value::Kind kind)
{
    return kind == Value::Kind::Array || kind == Value::Kind::Tuple || kind == Value::Kind::Set
        || kind == Value::Kind::Map;
}

bool isReferenceUpwards(const Value &value)
{
    return unnamedContent(value, QLatin1String("ref")) != nullptr;
}

template <typename Visit>
bool forEachChild(const Value &value, Visit &&visit)
{
    for (const Value &item : value.items()) {
        if (!visit(item))
            return false;
    }
    for (const Member &member : value.members()) {
        if (!visit(member.key) || !visit(member.value))
            return false;
    }
    return true;
}

} // namespace

Rewriter::Rewriter(const Source &source, QByteArrayList *buffers)
    : Writer(source.program.protocol, buffers)
    , m_program(source.program)
    , m_trace(source.trace)
    , m_bytes(source.bytes)
    , m_tag(source.tag)
    , m_original(source.value)
    , m_builder(source.program, source.bytes.size(), Meaning::Interpreted, source.tag)
{
    m_memoizes = false;
}

Expected<QByteArray, EncodeError> Rewriter::rewrite(const Value &now)
{
    const quint32 root = m_trace.root;
    const Handle handle = m_trace.nodes[root].handle;
    collectOriginals(m_original, handle);
    std::unordered_set<Handle> open;
    std::unordered_set<Handle> sound;
    if (!collectChanges(now, true))
        return Unexpected {m_error};
    if (holdsItself(now, &open, &sound)) {
        fail(QStringLiteral("this would put an object into itself"));
        return Unexpected {m_error};
    }
    if (m_trace.hasProtocol)
        m_out += m_bytes.first(2);
    bool done = false;
    if (isPlainContainer(now.kind()) && now.kind() == m_original.kind()) {
        m_changed.insert({handle, now});
        done = saveNode(root);
    } else {
        done = saveAt(now, root, m_original);
    }
    if (!done || !saveTokens(m_trace.tail, 0))
        return Unexpected {m_error};
    closeFrame();
    return m_out;
}

bool Rewriter::refuse()
{
    return fail(QStringLiteral("objects that hold each other cannot be put into this order"));
}

// Whether a value may be taken for an object of the program, and which.
Handle Rewriter::objectOf(const Value &value) const
{
    const auto found = m_originals.find(identityOf(value, m_tag));
    if (found == m_originals.end() || found->second.front().kind() != value.kind())
        return 0;
    // What cannot change is another thing when it is another value.
    if (isPlainContainer(value.kind())
        || std::find(found->second.begin(), found->second.end(), value) != found->second.end())
        return found->first;
    return 0;
}

void Rewriter::collectOriginals(const Value &value, Handle root)
{
    if (isReferenceUpwards(value))
        return;
    if (const Handle handle = root ? root : identityOf(value, m_tag)) {
        ValueList &shown = m_originals[handle];
        if (std::find(shown.begin(), shown.end(), value) == shown.end() && shown.size() < MostOriginals)
            shown.push_back(value);
    }
    forEachChild(value, [this](const Value &child) {
        collectOriginals(child, 0);
        return true;
    });
}

bool Rewriter::collectChanges(const Value &value, bool isRoot)
{
    const Handle handle = isRoot ? 0 : objectOf(value);
    if (handle && isPlainContainer(value.kind())) {
        const ValueList &shown = m_originals[handle];
        if (std::find(shown.begin(), shown.end(), value) != shown.end())
            return true;
        // The same object twice, but in two states. Copies of what stands in one place only may differ.
        const auto [other, isFirst] = m_changed.insert({handle, value});
        if (!isFirst && !(other->second == value))
            return fail(QStringLiteral(
                "one object that stands in several places was changed in two of them, and differently"));
    }
    return forEachChild(value, [this](const Value &child) { return collectChanges(child, false); });
}

// Whether an object would stand inside of itself, where it is itself and not a reference to a level above.
// `open`: those around the value; `sound`: those that are known not to.
bool Rewriter::holdsItself(const Value &value, std::unordered_set<Handle> *open,
                           std::unordered_set<Handle> *sound) const
{
    const Handle handle = isPlainContainer(value.kind()) ? objectOf(value) : 0;
    if (handle && sound->count(handle))
        return false;
    if (handle && !open->insert(handle).second)
        return true;
    const auto changed = handle ? m_changed.find(handle) : m_changed.end();
    const bool found = !forEachChild(changed == m_changed.end() ? value : changed->second,
                                     [&](const Value &child) { return !holdsItself(child, open, sound); });
    if (handle) {
        open->erase(handle);
        sound->insert(handle);
    }
    return found;
}

bool Rewriter::holdsChanged(const Value &value) const
{
    return m_changed.count(objectOf(value))
        || !forEachChild(value, [this](const Value &child) { return !holdsChanged(child); });
}

Value Rewriter::settled(const Value &now)
{
    if (isForeign(now)) {
        if (m_foreignChange.isEmpty() && holdsChanged(now))
            m_foreignChange = opaqueWords(now);
        return now;
    }
    const Handle handle = objectOf(now);
    if (handle && isPlainContainer(now.kind())) {
        if (const auto done = m_settled.find(handle); done != m_settled.end())
            return done->second;
    }
    const auto changed = handle ? m_changed.find(handle) : m_changed.end();
    const Value source = changed == m_changed.end() ? now : changed->second;
    ValueList items;
    for (const Value &item : source.items())
        items.push_back(settled(item));
    MemberList members;
    for (const Member &member : source.members())
        members.push_back({settled(member.key), settled(member.value)});
    const auto hasSameKey = [](const Member &one, const Member &other) { return one.key == other.key; };
    m_changesKeys = m_changesKeys || (source.kind() == Value::Kind::Set && items != source.items())
        || !std::equal(members.begin(), members.end(), source.members().begin(), hasSameKey);
    Value result = source;
    switch (source.kind()) {
    case Value::Kind::Array:
        result = Value::array(std::move(items));
        break;
    case Value::Kind::Tuple:
        result = Value::tuple(std::move(items));
        break;
    case Value::Kind::Set:
        result = Value::set(std::move(items));
        break;
    case Value::Kind::Map:
        result = Value::map(std::move(members));
        break;
    default:
        return result;
    }
    if (handle)
        m_settled.insert({handle, result});
    return result;
}

bool Rewriter::save(const Value &value)
{
    m_top = 0;
    if (isReferenceUpwards(value)) {
        const Handle target = identityOf(value, m_tag);
        return target ? saveReference(target)
                      : fail(QStringLiteral("a reference to a level above cannot be added"));
    }
    if (const Handle handle = objectOf(value))
        return saveNode(m_trace.definitions[handle]);
    return Writer::save(value);
}

// `now` in the place where the node was.
bool Rewriter::saveAt(const Value &now, quint32 index, const Value &old)
{
    const Trace::Node &node = m_trace.nodes[index];
    const Object &was = object(node.handle);
    if (isReferenceUpwards(now) || objectOf(now)) {
        const Handle own = identityOf(now, m_tag);
        if (own && own == node.handle)
            return saveNode(index);
        return save(now);
    }
    const bool sameType = (now.style().flags & Value::OtherType) == (old.style().flags & Value::OtherType);
    if (now == old && (sameType || now.isContainer()))
        return saveNode(index);
    // Something else in the place of an object that others refer to.
    if (was.shared || node.isReference || node.handle <= False)
        return saveAnew(now, index, old);
    if (was.kind == Kind::Call && isPlainContainer(now.kind()))
        return saveAnew(now, index, old);
    return saveNode(index, &now, &old);
}

// New, but of the type of what was in its place.
bool Rewriter::saveAnew(const Value &now, quint32 index, const Value &old)
{
    if (const Trace::Op *first = firstOp(index))
        enterFrame(*first);
    const Handle handle = m_trace.nodes[index].handle;
    const Object &was = object(handle);
    if (was.isOldString && saveOldString(now))
        return true;
    if (was.kind == Kind::Call && !isPlainContainer(now.kind())) {
        Call call {m_builder.callOf(handle), {}};
        if (auto made = callMaking(now, call.before)) {
            call.now = *std::move(made);
            const bool quiet = m_quiet.insert(handle).second;
            const bool done = saveCall(m_trace.definitions[handle], call);
            if (quiet)
                m_quiet.erase(handle);
            m_top = 0;
            return done;
        }
        if (!canBecome(now, old, call.before))
            return false;
    }
    return save(now);
}

// An object of a class that nothing new is written as stays one, or becomes something else altogether.
bool Rewriter::canBecome(const Value &now, const Value &old, const KnownCall &before)
{
    return now.kind() != old.kind() || isUsualCall(before)
        || fail(QStringLiteral("%1 cannot hold this").arg(wordsFor(before)));
}

// The node as it was, unless its object is changed; `now`: changed to this.
bool Rewriter::saveNode(quint32 index, const Value *now, const Value *old)
{
    const Trace::Node &node = m_trace.nodes[index];
    if (node.isReference)
        return saveReferenceNode(index);
    const Handle handle = node.handle;
    if (node.isMark || handle <= False) {
        const bool done = saveTokens(node.tokens, handle);
        m_top = handle;
        return done;
    }
    const bool isCopy = !m_made.insert(handle).second;
    if (isCopy && object(handle).shared)
        return saveReference(handle);
    const bool quiet = isCopy && m_quiet.insert(handle).second;
    const auto changed = m_changed.find(handle);
    if (!now && changed != m_changed.end()) {
        now = &changed->second;
        old = &m_originals[handle].front();
    }
    const bool done = now ? saveChanged(*now, index, old) : saveTokens(node.tokens, handle);
    if (quiet)
        m_quiet.erase(handle);
    m_top = handle;
    return done;
}

bool Rewriter::saveChanged(const Value &now, quint32 index, const Value *old)
{
    const Handle handle = m_trace.nodes[index].handle;
    const Object &was = object(handle);
    const auto isStill = [&](Value::Kind kind) { return now.kind() == kind && old->kind() == kind; };
    m_builder.enter(handle);
    const auto left = qScopeGuard([this] { m_builder.leave(); });
    switch (was.kind) {
    case Kind::Scalar:
        return saveScalar(now, index);
    case Kind::List:
        if (isStill(Value::Kind::Array))
            return saveContainer(index, {now.items(), old->items()});
        break;
    case Kind::Tuple:
        if (isStill(Value::Kind::Tuple))
            return saveTuple(now.items(), index, old->items());
        break;
    case Kind::Set:
    case Kind::FrozenSet:
        if (isStill(Value::Kind::Set)
            && ((now.style().flags & Value::OtherType) != 0) == (was.kind == Kind::FrozenSet)) {
            Filling filling {now.items(), old->items()};
            filling.isSet = true;
            return saveContainer(index, std::move(filling));
        }
        break;
    case Kind::Dict:
        if (isStill(Value::Kind::Map)) {
            Filling filling;
            filling.stride = 2;
            forEachChild(now, [&](const Value &child) { return filling.now.push_back(child), true; });
            forEachChild(*old, [&](const Value &child) { return filling.old.push_back(child), true; });
            return saveContainer(index, std::move(filling));
        }
        break;
    case Kind::Call: {
        Call call {m_builder.callOf(handle), {}};
        if (auto made = callMaking(now, call.before)) {
            call.now = *std::move(made);
            return saveCall(index, call);
        }
        if (!canBecome(now, *old, call.before))
            return false;
        break;
    }
    default:
        break;
    }
    if (const Trace::Op *first = firstOp(index))
        enterFrame(*first);
    return Writer::save(now);
}

bool Rewriter::saveScalar(const Value &now, quint32 index)
{
    const Trace::Node &node = m_trace.nodes[index];
    bool isWritten = false;
    for (const Token &token : node.tokens) {
        if (token.kind == Trace::TokenKind::Op && !isWritten) {
            enterFrame(m_trace.ops[token.index]);
            isWritten = true;
            if (object(node.handle).isOldString && saveOldString(now))
                continue;
            if (!save(now))
                return false;
            continue;
        }
        // A place in the memo stays with what can have one.
        const bool canBePut = now.kind() == Value::Kind::Text || now.kind() == Value::Kind::Bytes;
        if ((!isWritten || canBePut) && !saveToken(token, node.handle))
            return false;
    }
    return true;
}

// A str of Python 2, which is bytes.
bool Rewriter::saveOldString(const Value &now)
{
    const bool isText = now.kind() == Value::Kind::Text;
    if (!isText && (now.kind() != Value::Kind::Bytes || (now.style().flags & Value::OtherType)))
        return false;
    const QByteArray bytes = isText ? now.toText().toUtf8() : now.toBytes();
    // It is read as a text where it is ASCII, else as bytes.
    const bool isAscii = std::all_of(bytes.begin(), bytes.end(), [](char c) { return quint8(c) < 0x80; });
    if (isAscii != isText)
        return false;
    m_top = 0;
    if (m_protocol == 0)
        emitBytes('S' + reprOfBytes(bytes) + '\n');
    else if (bytes.size() < 256)
        emitBytes('U' + littleEndian(quint64(bytes.size()), 1) + bytes);
    else
        emitBytes('T' + littleEndian(quint64(bytes.size()), 4) + bytes);
    return true;
}

bool Rewriter::saveReference(Handle handle)
{
    if (const auto index = memoIndexOf(handle)) {
        emitGet(*index);
        m_top = handle;
        return true;
    }
    if (m_made.count(handle)) {
        // Only doubled, never put: what cannot change may as well be written again.
        if (object(handle).kind != Kind::Scalar)
            return refuse();
        return saveTokens(m_trace.nodes[m_trace.definitions[handle]].tokens, handle);
    }
    return saveNode(m_trace.definitions[handle]);
}

bool Rewriter::saveReferenceNode(quint32 index)
{
    const Trace::Node &node = m_trace.nodes[index];
    for (const Token &token : node.tokens) {
        const Trace::Op *op = token.kind == Trace::TokenKind::Op ? &m_trace.ops[token.index] : nullptr;
        if (!op || !QByteArrayView("ghj2").contains(char(op->code))) {
            if (!saveToken(token, node.handle))
                return false;
            continue;
        }
        const bool isDouble = op->code == '2';
        const auto known = isDouble ? std::nullopt : memoIndexOf(node.handle);
        if (isDouble ? m_top == node.handle : known && *known == memoIndexIn(*op)) {
            emitOp(token.index, node.handle);
            continue;
        }
        enterFrame(*op);
        if (!saveReference(node.handle))
            return false;
    }
    m_top = node.handle;
    return true;
}

bool Rewriter::saveTokens(const Tokens &tokens, Handle handle)
{
    return std::all_of(tokens.begin(), tokens.end(),
                       [&](const Token &token) { return saveToken(token, handle); });
}

bool Rewriter::saveToken(const Token &token, Handle handle)
{
    if (token.kind != Trace::TokenKind::Op)
        return saveNode(token.index);
    emitOp(token.index, handle);
    return true;
}

void Rewriter::emitOp(quint32 index, Handle handle)
{
    const Trace::Op &op = m_trace.ops[index];
    const bool isPut = op.code == 'p' || op.code == 'q' || op.code == 'r' || op.code == 0x94;
    enterFrame(op);
    if (isPut) {
        if (m_quiet.count(handle))
            return;
        const quint64 place = op.code == 0x94 ? m_memoOwner.size() : memoIndexIn(op);
        m_memo[handle] = place;
        m_memoOwner[place] = handle;
    }
    if (op.code == 0x97 && m_buffers)
        m_buffers->push_back(object(handle).scalar.toBytes());
    emitBytes(m_bytes.sliced(op.at, op.size));
}

void Rewriter::emitGet(quint64 index)
{
    if (m_protocol == 0)
        emitBytes('g' + QByteArray::number(index) + '\n');
    else if (index < 256)
        emitBytes('h' + littleEndian(index, 1));
    else
        emitBytes('j' + littleEndian(index, 4));
}

void Rewriter::enterFrame(const Trace::Op &op)
{
    if (op.endsFrame || op.startsFrame)
        closeFrame();
    if (op.startsFrame) {
        m_frameAt = m_out.size();
        m_out += QByteArray(FrameHead, '\0');
    }
}

void Rewriter::closeFrame()
{
    if (m_frameAt < 0)
        return;
    const qsizetype length = m_out.size() - m_frameAt - FrameHead;
    m_out.replace(m_frameAt, FrameHead,
                  length > 0 ? '\x95' + littleEndian(quint64(length), 8) : QByteArray());
    m_frameAt = -1;
}

const Trace::Op *Rewriter::firstOp(quint32 index) const
{
    for (const Trace::Node *node = &m_trace.nodes[index]; !node->tokens.empty();) {
        const Token &first = node->tokens.front();
        if (first.kind == Trace::TokenKind::Op)
            return &m_trace.ops[first.index];
        node = &m_trace.nodes[first.index];
    }
    return nullptr;
}

quint64 Rewriter::memoIndexIn(const Trace::Op &op) const
{
    const QByteArrayView rest = m_bytes.sliced(op.at + 1, op.size - 1);
    switch (op.code) {
    case 'g':
    case 'p':
        return rest.chopped(1).toByteArray().toULongLong();
    case 'h':
    case 'q':
        return quint8(rest.front());
    default:
        return qFromLittleEndian<quint32>(rest.data());
    }
}

std::optional<quint64> Rewriter::memoIndexOf(Handle handle) const
{
    const auto found = m_memo.find(handle);
    if (found == m_memo.end())
        return std::nullopt;
    const auto owner = m_memoOwner.find(found->second);
    return owner != m_memoOwner.end() && owner->second == handle ? std::optional(found->second)
                                                                 : std::nullopt;
}

} // namespace slotscope::core::pickle
