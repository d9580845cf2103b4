using System.Data.Common;

namespace Chokepoint.Imports;

/// <summary>The file is not what the request said it is: it is refused whole and nothing of it is stored.</summary>
public sealed class ImportRefusedException : Exception
{
    public ImportRefusedException(ImportProblem problem)
        : base(problem.Detail) => Problem = problem;

    public ImportRefusedException(ImportProblem problem, Exception inner)
        : base(problem.Detail, inner) => Problem = problem;

    public ImportProblem Problem { get; }

    /// <summary>
    /// Whether what a library threw while it read a file says that the file is damaged: such errors are of a dozen types, and those of the
    /// database, of whoever cancelled and of memory are not among them.
    /// </summary>
    public static bool IsOfTheFile(Exception thrown) =>
        thrown is not (ImportRefusedException or DbException or OperationCanceledException or OutOfMemoryException);

    /// <summary>The body is of another kind than declared: an HTML page, another header, binary data.</summary>
    public static ImportRefusedException NotTheFormat(string detail) =>
        new(new ImportProblem("/problems/import-not-the-format", "The file is not of the declared format.", detail));

    /// <summary>The body looks like the declared format and holds no row that is taken: an import of nothing is no success.</summary>
    /// <param name="rows">How many it holds.</param>
    public static ImportRefusedException NothingTaken(long rows, (long Line, string Reason)? first) => new(new ImportProblem(
        "/problems/import-nothing-taken", "No row of the file was taken.", (rows, first) switch
        {
            (0, _) => "The file holds no row of what this format imports. Is it empty, or does its header not stand over its columns?",
            (_, var (line, reason)) => $"None of its rows ({rows}) was taken. The first, in line {line}: {reason}",
            _ => $"None of its rows ({rows}) was taken.",
        }));

    /// <summary>The body is of the declared kind and broken: cut off, damaged, larger inside than allowed.</summary>
    public static ImportRefusedException Damaged(string detail, Exception? inner = null)
    {
        var problem = new ImportProblem("/problems/import-damaged", "The file is damaged.", detail);
        return inner is null ? new(problem) : new(problem, inner);
    }
}
