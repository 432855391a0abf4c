// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes and what belongs to them as JSON, for files of our own: drafts and receipts.
#pragma once

#include "core/edit/change.h"

#include <QJsonObject>

namespace slotscope::core {

/// Bytes are base64, numbers of 64 bits are text, and what is as it usually is is left out. An absent key is
/// an object without `value`.
QJsonObject toJson(const KeyState &state);
QJsonObject toJson(const LeaseChoice &choice);
QJsonObject toJson(const Change &change);
QJsonObject toJson(const Guard &guard);

/// No value where the JSON is not what toJson() writes. Unknown members are passed over.
std::optional<KeyState> keyStateFromJson(const QJsonValue &json);
std::optional<Change> changeFromJson(const QJsonValue &json);
std::optional<Guard> guardFromJson(const QJsonValue &json);

QString base64(const QByteArray &bytes);
/// No value where it is no text, or not base64.
std::optional<QByteArray> bytesFromBase64(const QJsonValue &json);
/// No value where it is no text that is a number.
std::optional<qint64> numberFromJson(const QJsonValue &json);

/// `insert`, `update`, `delete`.
QString operationName(Change::Kind kind);
std::optional<Change::Kind> operationFromName(const QJsonValue &name);

} // namespace slotscope::core
