using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Chokepoint.Imports;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// Walks the array that a JSON object holds under <c>data</c>, holding one element and one buffer in memory, and remembers the
/// object's <c>error</c>.
/// </summary>
internal sealed class JsonElements(Stream body) : IAsyncDisposable
{
    private const int LargestElement = 1 << 20;

    private byte[] _buffer = new byte[1 << 16];
    private int _from;
    private int _to;
    private bool _atEnd;
    private JsonReaderState _state;
    private Place _place = Place.Start;
    private JsonDocument? _current;

    private enum Place
    {
        Start,
        Object,
        DataName,
        ErrorName,
        OtherName,
        Array,
        End,
    }

    /// <summary>Place of the current element in the array, from 1.</summary>
    public long Number { get; private set; }

    public JsonElement Current => _current!.RootElement;

    /// <summary>The object's member <c>error</c>, once read.</summary>
    public string? Error { get; private set; }

    private bool HasData { get; set; }

    /// <summary>False after the last element, when the rest of the object has been read too.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (Step())
            {
                case Progress.Element:
                    Number++;
                    return true;
                case Progress.Done when HasData || !string.IsNullOrEmpty(Error):
                    return false;
                case Progress.Done:
                    throw ImportRefusedException.NotTheFormat("The JSON is not an answer of UN Comtrade: it has no array \"data\".");
            }
            if (_atEnd) throw ImportRefusedException.Damaged("The JSON ends before its end.");
            await FillAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        _current?.Dispose();
        return ValueTask.CompletedTask;
    }

    private enum Progress
    {
        Element,
        MoreNeeded,
        Done,
    }

    /// <summary>Goes as far as the buffer allows, by whole tokens and whole values only.</summary>
    private Progress Step()
    {
        try
        {
            while (_place is not Place.End)
            {
                var reader = new Utf8JsonReader(_buffer.AsSpan(_from, _to - _from), _atEnd, _state);
                if (_place is Place.Array or Place.OtherName or Place.ErrorName)
                {
                    // A value is taken whole or not at all, so that the position stays between values. The reader must stand on
                    // the value: a fresh one still stands on the token before, which may be the start of the array itself.
                    if (!reader.Read()) return Progress.MoreNeeded;
                    if (_place is Place.Array && reader.TokenType is JsonTokenType.EndArray)
                    {
                        Advance(reader);
                        _place = Place.Object;
                        continue;
                    }
                    if (!JsonDocument.TryParseValue(ref reader, out var value)) return Progress.MoreNeeded;
                    Advance(reader);
                    if (_place is Place.Array)
                    {
                        _current?.Dispose();
                        _current = value;
                        return Progress.Element;
                    }
                    if (_place is Place.ErrorName && value.RootElement.ValueKind is not JsonValueKind.Null)
                        Error = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value.RootElement)).Trim('"'); // in whatever encoding it came
                    value.Dispose();
                    _place = Place.Object;
                    continue;
                }
                if (!reader.Read()) return Progress.MoreNeeded;
                _place = Next(reader);
                Advance(reader);
            }
            return Progress.Done;
        }
        catch (JsonException e) when (_atEnd)
        {
            throw ImportRefusedException.Damaged("The JSON ends before its end.", e);
        }
        catch (JsonException e)
        {
            throw ImportRefusedException.Damaged("The body is not JSON: " + e.Message, e);
        }
    }

    private Place Next(in Utf8JsonReader reader)
    {
        switch (_place, reader.TokenType)
        {
            case (Place.Start, JsonTokenType.StartObject):
                return Place.Object;
            case (Place.Object, JsonTokenType.EndObject):
                return Place.End;
            case (Place.Object, JsonTokenType.PropertyName):
                if (reader.ValueTextEquals("data"u8)) return Place.DataName;
                return reader.ValueTextEquals("error"u8) ? Place.ErrorName : Place.OtherName;
            case (Place.DataName, JsonTokenType.StartArray):
                HasData = true;
                return Place.Array;
            default:
                throw ImportRefusedException.NotTheFormat("The JSON is not an answer of UN Comtrade: an object with an array \"data\".");
        }
    }

    private void Advance(in Utf8JsonReader reader)
    {
        _from += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }
        if (_to == _buffer.Length)
        {
            if (_buffer.Length >= LargestElement) throw ImportRefusedException.Damaged("An element of the JSON is larger than 1 MiB.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var preamble = _place is Place.Start ? Encoding.UTF8.Preamble.Length : 0;
        var read = await body.ReadAtLeastAsync(_buffer.AsMemory(_to), Math.Max(preamble, 1), throwOnEndOfStream: false, cancellationToken);
        _to += read;
        _atEnd = read == 0;
        if (preamble > 0 && _buffer.AsSpan(0, _to).StartsWith(Encoding.UTF8.Preamble)) _from = preamble;
    }
}
