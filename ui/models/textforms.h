// SPDX-License-Identifier: GPL-3.0-or-later
//
// The texts as which a value can be read and written, and what such a text makes of the stored bytes. Nothing
// here needs the UI thread.
#pragma once

#include "core/table/decodedrow.h"
#include "ui/models/prettytext.h"

namespace slotscope::ui {

enum class TextForm {
    Plain, ///< a text as it is
    Notation, ///< laid out
    JsonStored, ///< JSON to the byte
    JsonLaidOut, ///< JSON laid out to be read; what is stored keeps its own layout
};

QString textFormName(TextForm form);
/// The forms that a value has, the best one to begin with in front; never none. `plain`: its bytes,
/// decompressed.
std::vector<TextForm> textForms(const core::SlotCodec &codec, const core::DecodedRow &row,
                                const QByteArray &plain);
/// UTF-8.
QByteArray textInForm(TextForm form, const core::DecodedRow &row, const QByteArray &plain);

/// What is needed to make bytes of a text.
struct TextEdit
{
    TextForm form = TextForm::Plain;
    QByteArray text;
    core::SlotCodec codec;
    std::optional<core::Value> old; ///< the value that the text was made from
    QByteArray before; ///< the stored bytes, for SlotCodec::encodeValue()
};
/// The bytes to be stored, in which what was not touched is as it was; or where the text is wrong (offset in
/// the text, -1: the value as a whole does not fit).
core::Expected<QByteArray, core::DecodeError> bytesOfText(const TextEdit &edit);

/// Where a text has a node of the value it was made from.
TextRange rangeInText(TextForm form, const core::Value &value, const core::ValuePath &path,
                      const QByteArray &text);

} // namespace slotscope::ui
