// SPDX-License-Identifier: GPL-3.0-or-later
//
// Records and values as JSON for scripts and the clipboard: one object a line, in the lossless notation.
#pragma once

#include "core/etcd/messages.h"
#include "core/pmap/slottype.h"
#include "core/table/slotdirectory.h"

#include <QByteArray>

namespace slotscope::core {

/// One JSON object on one line, members in the order of adding.
class JsonLine
{
public:
    /// `json` is JSON already.
    void add(const char *name, const QByteArray &json);
    void add(const char *name, const QString &text);
    /// Beyond ±2^53 as decimal text.
    void add(const char *name, qint64 number);
    void addNull(const char *name);
    /// As text, or null when empty.
    void addTextOrNull(const char *name, const QString &text);
    QByteArray line() const { return '{' + m_members + '}'; }

private:
    QByteArray m_members;
};

/// What is needed to read the records of a slot, also of one that holds plain text keys or of none.
SlotCodec codecFor(const SlotInfo *info);
/// For a key whose slot may not be known.
const SlotInfo *slotInfoOf(const SlotDirectory &directory, const QByteArray &key);

/// A decoded value in the notation that its type asks for.
QByteArray valueJson(const SlotCodec &codec, const Value &value);

/// Adds `key` and `keyHex`; returns what is wrong with the key, empty when nothing is.
QString addKey(JsonLine *line, const SlotCodec &codec, const QByteArray &key);
/// Adds the value under the name; returns what is wrong with it, empty when nothing is.
QString addValue(JsonLine *line, const char *name, const SlotCodec &codec, const QByteArray &value);

/// A whole record. Where it cannot be decoded, there is an `error`.
void addRecord(JsonLine *line, const SlotCodec &codec, const KeyValue &kv);

} // namespace slotscope::core
