// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: from the machine's objects to values.
#pragma once

#include "core/codec/pickle/pickleknown.h"
#include "core/codec/pickle/picklemachine.h"
#include "core/value/styleflags.h"

#include <unordered_map>

namespace slotscope::core::pickle {

/// Of a style with the mark PickleStyle the lowest bits are the handle of the object that the node stands
/// for, where that is more than its value: it stands in several places, or its class is not told by its kind.
/// 0: a plain value. The spelling is the tag of the pickle that the handle is of; of a root with RootStyle
/// all of the bytes that it was read from, of one with ProtocolStyle its protocol in digits.
inline constexpr quint32 RootStyle = PickleOriginStyle;
inline constexpr quint32 ProtocolStyle = 0x00800000;
inline constexpr quint32 IdentityMask = 0x007fffff;
static_assert(areDistinct(PickleStyle, RootStyle, ProtocolStyle, IdentityMask));

/// Whether the calls of well-known types become what they mean, or stay the calls that they are.
enum class Meaning { Interpreted, Verbatim };

/// Tells the handles of one pickle from those of another.
QByteArray tagOf(QByteArrayView pickle);
/// The handle in the style of a node that is not the root; 0: none of this pickle.
Handle identityOf(const Value &value, const QByteArray &tag);

/// Makes values of the objects of one program.
class ValueBuilder
{
public:
    /// What stands in several places is repeated up to a bound in proportion to `inputSize`.
    ValueBuilder(const Program &program, qsizetype inputSize, Meaning meaning, QByteArray tag);

    /// What holds itself is a reference to the level that it is on. Too deep or too much: `{"cut": why}` in
    /// its place.
    Value node(Handle handle);
    /// The parts of a call of something that has a name.
    KnownCall callOf(Handle handle);
    /// Values made in between stand inside of this object.
    void enter(Handle handle) { m_open.push_back(handle); }
    void leave() { m_open.pop_back(); }

private:
    struct Finished
    {
        Value value;
        qint64 nodes = 0;
    };

    const Object &object(Handle handle) const { return m_program.heap[handle]; }
    Value identified(Value value, Handle handle) const;
    Value scalar(Handle handle);
    ValueList list(const std::vector<Handle> &handles);
    MemberList members(const std::vector<Handle> &handles);
    Value container(const Object &source);
    Value foreign(const Object &source);

    const Program &m_program;
    Meaning m_meaning;
    QByteArray m_tag;
    qint64 m_budget;
    qint64 m_nodes = 0;
    size_t m_lowestReference = 0;
    std::vector<Handle> m_open;
    std::unordered_map<Handle, Finished> m_finished;
};

} // namespace slotscope::core::pickle
