namespace Chokepoint.RiskScoring.Scores;

internal static class ScoreEndpoints
{
    public static void MapScores(this RouteGroupBuilder api)
    {
        ListScores.Map(api);
        GetScore.Map(api);
        ScoreHistory.Map(api);
    }
}
