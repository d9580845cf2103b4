using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Chokepoint.Bench.Import;

/// <summary>Sends files as a client does and waits for their imports to end.</summary>
internal sealed class FileSender(HttpClient http)
{
    /// <summary>The job's address, once the service has accepted the file.</summary>
    public async Task<Uri> SendAsync(string path, string file, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(File.OpenRead(file), 1 << 17);
        using var answer = await http.PostAsync(path, content, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        return answer.Headers.Location!;
    }

    /// <exception cref="InvalidOperationException">Not every row is new.</exception>
    public async Task EndedAsync(Uri job, int rows, CancellationToken cancellationToken)
    {
        while (true)
        {
            var view = await http.GetFromJsonAsync<JsonElement>(job, cancellationToken);
            var state = view.GetProperty("state").GetString();
            if (state is "completed" && view.GetProperty("rowsNew").GetInt64() == rows) return;
            if (state is not ("queued" or "running")) throw new InvalidOperationException($"Not all rows were imported: {view}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    public static string SizeOf(IEnumerable<string> files) => string.Create(CultureInfo.InvariantCulture, $"{files.Sum(f => new FileInfo(f).Length) / 1e6:0} MB");
}
